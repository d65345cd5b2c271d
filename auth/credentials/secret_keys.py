"""The secret key of a server, ``sk_live_…``. What follows is the id of its row, which may be shown, and a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PREFIX = 'sk_live_'
"""Clerk's libraries, and tools that look for secrets in sources, know a key by it."""

_KEY = re.compile(PREFIX + r'(?P<id>[A-Za-z0-9]{24})(?P<secret>[A-Za-z0-9_-]{43})', re.ASCII)


@dataclass(frozen=True, slots=True)
class SecretKeyToken:
    """What a server sends with each request."""

    key_id: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f'{PREFIX}{self.key_id.removeprefix("key_")}{self.secret}'


def parse_secret_key(value: str) -> SecretKeyToken | None:
    """Read a secret key; None if it is none."""
    match = _KEY.fullmatch(value)
    return SecretKeyToken(f'key_{match["id"]}', match['secret']) if match else None
