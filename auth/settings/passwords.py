"""What a new password has to be."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class PasswordSettings(BaseSettings):
    """What a new password has to be."""

    password_min_length: int = Field(default=8, ge=8, le=64)
    """Characters that a new password has at least (ASVS 6.2.1). NIST SP 800-63B-4 asks for 15 where a password is all
    that people sign in with. 64 have to be allowed in any case."""

    password_words: str = 'Live Sessions'  # noqa: S105 (none is a password)
    """What anybody would try here first, such as the names of the site, the company and its products, separated by
    commas (ASVS 6.2.11). The names in ``public_url`` and ``allowed_hosts`` are among them without being written."""
