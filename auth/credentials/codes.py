"""A code that is mailed, and typed where it was asked for."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

DIGITS = 6
"""20 bits, with few guesses and a short life (NIST SP 800-63B-4, 3.1.3.2; ASVS 6.5.2)."""

_NOISE = re.compile(r'[\s\-]+')


def new_code() -> str:
    """Make a code to type."""
    return f'{secrets.randbelow(10 ** DIGITS):0{DIGITS}}'


def hash_code(owner: str, code: str) -> str:
    """Make what is stored of a code.

    So few digits are found by trying. But a code is good in one browser only: the one that knows the id of which the
    store has the hash.

    :param owner: what it belongs to, so that equal codes have different hashes
    """
    return hashlib.sha256(f'{owner} {code}'.encode()).hexdigest()


def typed_code(text: str) -> str:
    """Read a code as people type it, also with spaces, or in the digits of a Japanese keyboard."""
    return _NOISE.sub('', unicodedata.normalize('NFKC', text[:100]))
