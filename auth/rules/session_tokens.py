"""Session tokens: for a minute, other servers believe that somebody is signed in, without asking this one.

So a token may outlive its session by that minute, and by the difference between two clocks. This server takes none for
a sign-in: here the store is asked, always.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

from models import Session, User
from models.statements import columns

from ..credentials.signing import new_key_pair, public_jwk, sign, verify
from .actor import Actor, find_actor
from .clients import ClientView
from .context import Auth
from .sessions import signed_in
from .signing_keys import KeyPair, find_published, keep_first

MAX_LENGTH = 4096
"""Of a token that is looked at; a cookie holds no more."""

LIFETIME = timedelta(seconds=60)
"""So long a token is good. Clerk's clients ask for the next one after 43 s."""

_VERSION = 2
"""Of the claims, as Clerk counts them."""


@dataclass(frozen=True, slots=True)
class SessionToken:
    """A token, and whose session it is of."""

    jwt: str
    issued_at: datetime
    session_id: str


class KnownSession(NamedTuple):
    """What a token says of a session that is signed in."""

    user_id: str
    session_id: str
    minutes: int
    """How long ago its password was given."""


@dataclass(frozen=True, slots=True)
class SessionOfClient:
    """A session, and the client that it is on."""

    session_id: str
    client_id: str


async def make_token(auth: Auth, client: ClientView | None, session_id: str | None = None, *, azp: str) -> SessionToken:
    """Make a token of a session that is signed in on a client; nothing is changed by it.

    :param session_id: by default that of the active session
    :param azp: the origin of the app that it is for
    :raises NotSignedIn: if the session is not signed in there; that it is pending counts as that
    :raises StoreAway: if the store can't be reached
    """
    actor, keys = await auth.read(_find_actor_and_keys, client, session_id)
    key, now = keys[0] if keys else await signing_key(auth), auth.now()
    minutes = minutes_since(actor.authenticated_at, now)
    claims = claims_of(actor.user_id, actor.session_id, minutes, now, issuer=auth.settings.issuer, azp=azp)
    return SessionToken(sign(key.id, key.private_key, claims), now, actor.session_id)


async def tokens_of(auth: Auth, sessions: Collection[KnownSession], *, azp: str) -> Mapping[str, str]:
    """Make tokens of sessions, for the answer that tells of them; by their ids.

    That answer may be made of what a cache knows, and a token outlives its session. So the store is asked: one that has
    ended meanwhile gets none.

    :param azp: the origin of the app that they are for
    :raises StoreAway: if the store can't be reached
    """
    if not sessions:
        return {}
    signed_in_there, keys = await auth.read(_find_signed_in_and_keys, [one.session_id for one in sessions])
    key, now, issuer = keys[0] if keys else await signing_key(auth), auth.now(), auth.settings.issuer
    return {one.session_id: sign(key.id, key.private_key, claims_of(*one, now, issuer=issuer, azp=azp))
            for one in sessions if (one.session_id, one.user_id) in signed_in_there}


def minutes_since(authenticated_at: datetime, now: datetime) -> int:
    """How long ago a password was given, as tokens and answers tell it; clocks may differ."""
    return max(0, int((now - authenticated_at).total_seconds() // 60))


def claims_of(user_id: str, session_id: str, minutes: int, now: datetime, *, issuer: str, azp: str) -> dict[str, Any]:
    """What a session token says; its password was given ``minutes`` ago.

    Nothing of the person's profile: it stays below the size of a cookie, and is read by whoever has it. No ``aud``:
    libraries refuse a token with one that they were not told of.
    """
    at = int(now.timestamp())
    return {'azp': azp, 'exp': at + int(LIFETIME.total_seconds()), 'fva': [minutes, -1], 'iat': at, 'iss': issuer,
            'jti': secrets.token_hex(10), 'nbf': at, 'sid': session_id, 'sts': 'active', 'sub': user_id,
            'v': _VERSION}


async def whose_token(auth: Auth, token: str) -> SessionOfClient | None:
    """Tell of which session a token is, and on which client that is; None for what is no good token of this site.

    Whether the session is signed in, the store has to be asked: the token does not know.

    :raises StoreAway: if the store can't be reached
    """
    keys = {key.id: key.public_key for key in await auth.read(find_published)}
    claims = verify(token, keys) if keys and len(token) <= MAX_LENGTH else None
    now = auth.now().timestamp()
    if claims is None or claims.get('iss') != auth.settings.issuer or not claims['nbf'] <= now < claims['exp']:
        return None
    return await auth.read(_find_client, claims['sid'])


def _find_client(db: Connection, _: datetime, session_id: str) -> SessionOfClient | None:
    client_id = db.scalar(select(col(Session.client_id)).where(col(Session.id) == session_id))
    return None if client_id is None else SessionOfClient(session_id, client_id)


async def sign_claims(auth: Auth, claims: Mapping[str, Any]) -> str:
    """Sign what is no session token, with the same key.

    :raises StoreAway: if the store can't be reached
    """
    key = await signing_key(auth)
    return sign(key.id, key.private_key, claims)


async def key_set(auth: Auth) -> dict[str, Any]:
    """What is published for those who verify tokens (RFC 7517): the key that signs, and for a while the one before it.

    :raises StoreAway: if the store can't be reached
    """
    return {'keys': [public_jwk(key.id, key.public_key) for key in await published_keys(auth)]}


async def signing_key(auth: Auth) -> KeyPair:
    """The key that signs.

    :raises StoreAway: if the store can't be reached
    """
    return (await published_keys(auth))[0]


async def published_keys(auth: Auth) -> Sequence[KeyPair]:
    """The keys that tokens may be signed with, the one that signs first. The first of all is made here, by a thread.

    :raises StoreAway: if the store can't be reached
    """
    if keys := await auth.read(find_published):
        return keys
    async with auth.making_key:  # those who come at the same moment wait for one key, in place of making one each
        if keys := await auth.read(find_published):
            return keys
        await auth.run(keep_first, await asyncio.to_thread(new_key_pair))
        return await auth.read(find_published)


def _find_signed_in_and_keys(db: Connection, now: datetime, session_ids: Collection[str]
                             ) -> tuple[Collection[tuple[str, str]], Sequence[KeyPair]]:
    those = (select(*columns(Session.id, Session.user_id)).join_from(Session, User)
             .where(col(Session.id).in_(session_ids), signed_in(now), col(User.disabled).is_(False)))
    return {(row[0], row[1]) for row in db.execute(those)}, find_published(db, now)


def _find_actor_and_keys(db: Connection, now: datetime, client: ClientView | None, session_id: str | None
                         ) -> tuple[Actor, Sequence[KeyPair]]:
    return find_actor(db, now, client, session_id), find_published(db, now)
