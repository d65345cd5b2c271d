"""Apps on phones: how their requests are known, and what they say of the phone.

They are no browsers: they have no cookies and no origin, and say ``_is_native`` in every address. What they tell of the
phone is written into one line that is kept as a browser's User-Agent is; ``read_user_agent`` reads it.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from .asgi import Scope, header

_PLAIN = re.compile(r'[\w.][\w .,+-]{0,39}', re.ASCII)
"""What is kept of what is told: an app may send anything."""


def is_native(scope: Scope) -> bool:
    """Tell whether a request says that it comes from an app on a phone."""
    if b'_is_native=' not in scope['query_string']:
        return False
    return parse_qs(scope['query_string'].decode('latin-1')).get('_is_native', [''])[-1] in {'1', 'true'}


def phone_agent(scope: Scope) -> str:
    """What such a request tells of the phone and its app: ``Native (type; model; system) app/version library``."""
    agent = header(scope, b'user-agent') or ''
    kind = _told(scope, b'x-device-type').lower() or _kind_of(scope, agent)
    model, system = _told(scope, b'x-device-model'), _told(scope, b'x-os-version')
    app, version = (_told(scope, name).replace(' ', '-') for name in (b'x-bundle-id', b'x-app-version'))
    return f'Native ({kind}; {model}; {system}) {app}/{version} {agent}'


def _kind_of(scope: Scope, agent: str) -> str:
    if header(scope, b'x-android-sdk-version') is not None or agent.startswith(('okhttp/', 'Dalvik/')):
        return 'android'
    if header(scope, b'x-ios-sdk-version') is not None or 'Darwin/' in agent:
        return 'apple'
    return ''


def _told(scope: Scope, name: bytes) -> str:
    told = (header(scope, name) or '').strip()
    return told if _PLAIN.fullmatch(told) else ''
