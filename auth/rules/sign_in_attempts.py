"""Signing in with two requests: first who it is, then their password. Clerk's own screens ask so.

The first one looks nobody up and stores nothing, so it tells nobody who has an account, and strangers who ask for very
many leave nothing behind. What was said is sealed into the id of the attempt. The second one is a plain sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
    expire_at: datetime
    code: str = field(default='', repr=False)
    """What a mailed link holds, if the person has sent it and a new password is still to come."""


async def begin_attempt(auth: Auth, identifier: str, *, code: str = '') -> SignInAttempt:
    """Begin to sign in, or go on with what was mailed.

    :raises ParamInvalid: if it is no address; or ``ParamMissing``
    :raises StoreAway: if the store can't be reached
    """
    address = identifier if code else normal_address(identifier, intranet=True, param='identifier')
    expire_at = auth.now() + LIFETIME
    sealed = seal({'identifier': address, 'expire_at': expire_at.timestamp(), 'code': code}, await _key(auth))
    return SignInAttempt(_ID + sealed, address, expire_at, code)


async def find_attempt(auth: Auth, attempt_id: str) -> SignInAttempt:
    """Read an attempt.

    :raises AttemptUnknown: if there is none of that id, or not any more
    :raises StoreAway: if the store can't be reached
    """
    found = unseal(attempt_id.removeprefix(_ID), await _key(auth)) if attempt_id.startswith(_ID) else None
    if found is None:
        raise AttemptUnknown
    expire_at = datetime.fromtimestamp(found['expire_at'], UTC)
    if auth.now() >= expire_at:
        raise AttemptUnknown
    return SignInAttempt(attempt_id, found['identifier'], expire_at, found['code'])


async def _key(auth: Auth) -> bytes:
    """Made of the key that signs session tokens. When that is replaced, attempts begin anew."""
    return sealing_key((await signing_key(auth)).private_key, 'attempt to sign in')
