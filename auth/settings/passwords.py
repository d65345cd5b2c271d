"""What a new password has to be."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings


def _range_url(value: str) -> str:
    """Check a URL to which digits are appended."""
    parts = urlsplit(value)
    if value and (parts.scheme not in {'http', 'https'} or not parts.hostname or parts.query or parts.fragment
                  or not value.isprintable() or value != value.strip()):
        raise ValueError('write it like https://api.pwnedpasswords.com/range/')
    return value if not value or value.endswith('/') else f'{value}/'


class PasswordSettings(BaseSettings):
    """What a new password has to be."""

    password_min_length: int = Field(default=8, ge=8, le=64)
    """Characters that a new password has at least (ASVS 6.2.1). NIST SP 800-63B-4 asks for 15 where a password is all
    that people sign in with. 64 have to be allowed in any case."""

    password_words: str = 'Live Sessions'  # noqa: S105 (none is a password)
    """What anybody would try here first, such as the names of the site, the company and its products, separated by
    commas (ASVS 6.2.11). The names in ``public_url`` and ``allowed_hosts`` are among them without being written."""

    breached_passwords_url: Annotated[str, AfterValidator(_range_url)] = ''
    """Where new passwords are compared with those that were stolen elsewhere (ASVS 6.2.12), by the protocol of "Pwned
    Passwords", such as ``https://api.pwnedpasswords.com/range/``, or a copy of it. It is sent five digits of a hash."""
