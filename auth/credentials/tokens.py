"""The cookie of a client: ``id.secret``. The id names a row and may be shown; the secret is in the cookie only."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

from models.types import new_id

SECRET_BYTES = 32
"""256 random bits (ASVS 7.2.3 asks for 128): nobody guesses one, so a fast hash protects it at rest."""

_TOKEN = re.compile(r'(?P<id>client_[A-Za-z0-9]{24})\.(?P<secret>[A-Za-z0-9_-]{43})', re.ASCII)


@dataclass(frozen=True, slots=True)
class ClientToken:
    """What the cookie of a client holds."""

    client_id: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f'{self.client_id}.{self.secret}'


def new_secret() -> str:
    """Make the secret of a token."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_token() -> ClientToken:
    """Make the token of a client that is nowhere yet."""
    return ClientToken(new_id('client'), new_secret())


def hash_secret(secret: str) -> str:
    """Make what is stored of a secret: a copy of the store signs nobody in."""
    return hashlib.sha256(secret.encode()).hexdigest()


def parse_token(value: str) -> ClientToken | None:
    """Read a token; anything that is not exactly one is nobody's."""
    match = _TOKEN.fullmatch(value)
    return ClientToken(match['id'], match['secret']) if match else None


def secret_matches(token: ClientToken, secret_hash: str) -> bool:
    """Compare in a time that tells nothing of how much was right."""
    return hmac.compare_digest(hash_secret(token.secret), secret_hash)
