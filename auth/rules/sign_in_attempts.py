"""Signing in with two requests: first who it is, then their password. Clerk's own screens ask so.

The first one looks nobody up and stores nothing, so it tells nobody who has an account, and strangers who ask for very
many leave nothing behind. What was said is sealed into the id of the attempt. The second one is a plain sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from ..credentials.sealing import seal, sealing_key, unseal
from ..errors import AuthError
from ..language import N_
from .addresses import normal_address
from .context import Auth
from .session_tokens import signing_key

LIFETIME = timedelta(hours=1)
"""How long an attempt may take, with a look into a mailbox."""

_ID = 'sia_'


class AttemptUnknown(AuthError):
    """An attempt to sign in that has taken too long, or never was one: they are not told apart."""

    code = 'resource_not_found'
    status = HTTPStatus.NOT_FOUND
    tells_all = True
    text = N_('This sign-in has taken too long. Enter your email address again.')


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """An attempt to sign in, of which nobody knows yet whether somebody has that address."""

    id: str = field(repr=False)
    identifier: str


async def begin_attempt(auth: Auth, identifier: str) -> SignInAttempt:
    """Begin to sign in.

    :raises ParamInvalid: if it is no address; or ``ParamMissing``
    :raises StoreAway: if the store can't be reached
    """
    address = normal_address(identifier, intranet=True, param='identifier')
    sealed = seal({'identifier': address, 'expire_at': (auth.now() + LIFETIME).timestamp()}, await _key(auth))
    return SignInAttempt(_ID + sealed, address)


async def find_attempt(auth: Auth, attempt_id: str) -> SignInAttempt:
    """Read an attempt.

    :raises AttemptUnknown: if there is none of that id, or not any more
    :raises StoreAway: if the store can't be reached
    """
    found = unseal(attempt_id.removeprefix(_ID), await _key(auth)) if attempt_id.startswith(_ID) else None
    if found is None or auth.now().timestamp() >= found['expire_at']:
        raise AttemptUnknown
    return SignInAttempt(attempt_id, found['identifier'])


async def _key(auth: Auth) -> bytes:
    """Made of the key that signs session tokens. When that is replaced, attempts begin anew."""
    return sealing_key((await signing_key(auth)).private_key, 'attempt to sign in')
