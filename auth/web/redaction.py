"""What no line of the log may hold, whoever wrote it: people's addresses, secrets, hashes of passwords.

Our own messages name ids. What a library or an author's page says of an error may quote what somebody has sent.
"""

from __future__ import annotations

import re

HIDDEN = '[hidden]'
"""What stands in its place."""

_ADDRESS = re.compile(r'[^\s@*"\'<>()\[\]{},;:=/\\|]{1,128}(?:@|%40)[^\s@"\'<>(){},;/\\|?&]{1,255}')
_HASH = re.compile(r'\$argon2[a-z]{1,2}\$[^\s"\']{1,500}')
_RANDOM = re.compile(r'(?<![A-Za-z0-9_-])(?:(?=[A-Za-z_-]*[0-9])(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])'
                     r'[A-Za-z0-9_-]{40,}|[0-9a-fA-F]{40,})(?![A-Za-z0-9_-])')
"""Long enough for 160 random bits, and of all kinds of letters, which no name in a program is; or hexadecimal."""


def redact(text: str) -> str:
    """Hide what nobody may read in a log."""
    if '@' in text or '%40' in text:
        text = _ADDRESS.sub(HIDDEN, text)
    if '$argon2' in text:
        text = _HASH.sub(HIDDEN, text)
    return _RANDOM.sub(HIDDEN, text)
