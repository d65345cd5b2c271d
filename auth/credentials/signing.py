"""RSA key pairs: how they are made, written and published, and how a token is signed with one.

2048 bits with the usual exponent: those who cut the key out of its PEM, as Clerk's libraries do, take nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

ALGORITHM = 'RS256'
BITS = 2048


@dataclass(frozen=True, slots=True)
class NewKeyPair:
    """A key pair, in the words in which it is kept."""

    id: str
    """What tokens call it: the thumbprint of the public key (RFC 7638)."""
    public_key: str
    """PEM, SubjectPublicKeyInfo."""
    private_key: str = field(repr=False)
    """PEM, PKCS #8."""


def new_key_pair() -> NewKeyPair:
    """Make a key pair. It takes some 0.1 s of a core: keep it off the event loop."""
    key = RSAKey.generate_key(BITS)
    return NewKeyPair(key.thumbprint(), key.as_pem(private=False).decode(), key.as_pem(private=True).decode())


def public_jwk(key_id: str, public_key: str) -> dict[str, str]:
    """A public key, as it is published in a key set (RFC 7517)."""
    parts: Mapping[str, Any] = _read(public_key).as_dict(private=False)
    return {'use': 'sig', 'kty': 'RSA', 'kid': key_id, 'alg': ALGORITHM, 'n': str(parts['n']), 'e': str(parts['e'])}


def sign(key_id: str, private_key: str, claims: Mapping[str, Any]) -> str:
    """Sign a token (RFC 7519); takes some 0.5 ms."""
    return jwt.encode({'alg': ALGORITHM, 'kid': key_id, 'typ': 'JWT'}, dict(claims), _read(private_key))


def verify(token: str, public_keys: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Read what a token says that one of these keys has signed; None for anything else. Its times are not looked at.

    :param public_keys: PEM by what tokens call the key
    """
    try:
        header = jws.extract_compact(token.encode()).headers()
        found = jwt.decode(token, _read(public_keys[header['kid']]), algorithms=[ALGORITHM])
    except (JoseError, ValueError, LookupError, TypeError):
        return None
    return found.claims


@lru_cache(4)  # to read one takes longer than to sign with it
def _read(pem: str) -> RSAKey:
    return RSAKey.import_key(pem)
