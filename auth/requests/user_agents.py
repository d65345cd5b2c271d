"""What a User-Agent header says of a device, in words that its owner knows it by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ua_parser import parse

_DEVICES = {'Windows': 'Windows PC', 'Mac OS X': 'Mac', 'Linux': 'Linux PC', 'Ubuntu': 'Linux PC',
            'Fedora': 'Linux PC', 'Debian': 'Linux PC', 'Chrome OS': 'Chromebook', 'Android': 'Android device'}
_MOBILE = ('iPhone', 'iPad', 'iPod')
_NOT_PART_OF_A_NAME = {'Mobile', 'iOS', 'WebView', 'UI/WKWebView'}
"""What ua-parser adds to the name of a browser; the device says as much."""

_PLAIN = re.compile(r'[\w.+-][\w .+-]{0,49}')
"""A program may give itself any name; one that is long, or no name at all, is not shown."""


@dataclass(frozen=True, slots=True)
class UserAgent:
    """A device and its browser."""

    device: str
    """Such as "Mac" or "iPhone"; "Unknown device" if it does not say."""
    browser: str
    """Such as "Firefox 143"; "Web browser" if it does not say."""

    @property
    def is_mobile(self) -> bool:
        """Whether it is carried about."""
        return self.device in {*_MOBILE, 'Android device'}

    def __str__(self) -> str:
        return f'{self.browser} on {self.device}'


@lru_cache(maxsize=4096)
def read_user_agent(header: str) -> UserAgent:
    """Read a User-Agent header. It is what a browser says of itself; nothing may depend on it."""
    found = parse(header)
    device = next((name for name in _MOBILE if found.device and found.device.family.startswith(name)), None)
    if device is None and found.os is not None:
        device = _DEVICES.get(found.os.family)
    browser = found.user_agent
    words = browser.family.split() if browser is not None else []
    name = ' '.join(word for word in words if word not in _NOT_PART_OF_A_NAME)
    called = f'{name} {browser.major or ""}'.strip() if browser is not None and name else ''
    return UserAgent(device or 'Unknown device', called if _PLAIN.fullmatch(called) else 'Web browser')
