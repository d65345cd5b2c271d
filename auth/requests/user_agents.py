"""What a User-Agent header says of a device, in words that its owner knows it by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ua_parser import parse

from ..language import N_, _

_DEVICES = {'Windows': N_('Windows PC'), 'Mac OS X': N_('Mac'), 'Linux': N_('Linux PC'), 'Ubuntu': N_('Linux PC'),
            'Fedora': N_('Linux PC'), 'Debian': N_('Linux PC'), 'Chrome OS': N_('Chromebook'),
            'Android': N_('Android device')}
_UNKNOWN, _BROWSER = N_('Unknown device'), N_('Web browser')
_APP, _APPLE = N_('App'), N_('Apple device')
_MOBILE = ('iPhone', 'iPad', 'iPod')
Kind = Literal['phone', 'tablet', 'laptop', 'desktop', 'unknown']
_KINDS: dict[str, Kind] = {'iPhone': 'phone', 'iPod': 'phone', 'iPad': 'tablet', 'Mac': 'laptop',
                           'Chromebook': 'laptop', 'Windows PC': 'desktop', 'Linux PC': 'desktop'}
_NATIVE = re.compile(r'Native \(([^;()]*); ([^;()]*); [^;()]*\) ([^/ ]*)/([^/ ]*) .*', re.DOTALL)
_PHONES: dict[str, tuple[str, Kind]] = {'iphone': ('iPhone', 'phone'), 'ipad': ('iPad', 'tablet'),
                                        'mac': ('Mac', 'laptop'), 'apple': (_APPLE.text, 'phone'),
                                        'android': ('Android device', 'phone')}
_SAID_BEFORE_THE_MODEL = {'iphone', 'ipad', 'mac'}
"""The names of their models are letters and numbers, such as "iPhone17,1"."""

_NOT_PART_OF_A_NAME = {'Mobile', 'iOS', 'WebView', 'UI/WKWebView'}
"""What ua-parser adds to the name of a browser; the device says as much."""

_PLAIN = re.compile(r'[\w.+-][\w .+-]{0,49}')
"""A program may give itself any name; one that is long, or no name at all, is not shown."""
_PLAIN_MODEL = re.compile(r'\w[\w .,+-]{0,39}', re.ASCII)


@dataclass(frozen=True, slots=True)
class UserAgent:
    """A device and its browser."""

    device: str
    """Such as "Mac" or "iPhone"; "Unknown device" if it does not say; in English."""
    browser: str
    """Such as "Firefox 143"; "Web browser" if it does not say."""
    kind: Kind = 'unknown'
    """What it looks like, as far as one can tell."""

    @property
    def is_mobile(self) -> bool:
        """Whether it is carried about."""
        return self.kind in {'phone', 'tablet'}

    @property
    def device_name(self) -> str:
        """The device, in the reader's language."""
        return _(self.device)

    @property
    def browser_name(self) -> str:
        """The browser, in the reader's language."""
        return _(self.browser)

    def __str__(self) -> str:
        return _('{browser} on {device}', browser=self.browser_name, device=self.device_name)


@lru_cache(maxsize=4096)
def read_user_agent(header: str) -> UserAgent:
    """Read a User-Agent header. It is what a browser says of itself; nothing may depend on it."""
    if (phone := _NATIVE.fullmatch(header)) is not None:
        return _read_phone(*phone.groups())
    found = parse(header)
    device = next((name for name in _MOBILE if found.device and found.device.family.startswith(name)), None)
    if device is None and found.os is not None:
        known = _DEVICES.get(found.os.family)
        device = known and known.text
    browser = found.user_agent
    words = browser.family.split() if browser is not None else []
    name = ' '.join(word for word in words if word not in _NOT_PART_OF_A_NAME)
    called = f'{name} {browser.major or ""}'.strip() if browser is not None and name else ''
    device = device or _UNKNOWN.text
    if device == 'Android device':  # Android's phones say that they are mobile, and its tablets do not
        kind: Kind = 'phone' if 'Mobile' in header else 'tablet'
    else:
        kind = _KINDS.get(device, 'unknown')
    return UserAgent(device, called if _PLAIN.fullmatch(called) else _BROWSER.text, kind)


def _read_phone(kind: str, model: str, app: str, version: str) -> UserAgent:
    """Read what ``auth.requests.phones`` has written."""
    name, looks = _PHONES.get(kind, (_UNKNOWN.text, 'phone'))
    if _PLAIN_MODEL.fullmatch(model):
        name = f'{name} ({model})' if kind in _SAID_BEFORE_THE_MODEL else model
    called = f'{app} {version}'.strip()
    return UserAgent(name, called if app and _PLAIN.fullmatch(called) else _APP.text, looks)
