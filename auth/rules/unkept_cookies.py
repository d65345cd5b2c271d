"""A sign-in whose cookie the browser did not keep: the session that nobody can use is ended.

Whoever signed in proves that it is theirs by what only the answer to the sign-in told: cookies do not work there. The
proof is made of what the store keeps of the secret, so that every process can check it and none has to remember it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlmodel import col

from models import Client, Session
from models.statements import columns

from ..credentials.tokens import ClientToken, hash_secret
from ..errors import AuthError, SessionNotFound
from ..language import N_
from ..requests.request_info import RequestInfo
from .clients import ClientView, find_clients
from .sessions import alive, forget_client

PROOF_LIFETIME = timedelta(minutes=5)
"""How long after a sign-in it can be taken back so: a browser that answers at all does so within seconds."""


class CookieNotKept(AuthError):
    """The browser did not send the cookie back that it was given by a sign-in."""

    code = 'cookie_not_kept'
    tells_all = True
    text = N_('Your browser did not keep the cookie that keeps you signed in, so you are not signed in. Allow cookies '
              'for this site in the settings of your browser, then reload this page and sign in.')


def proof_of(token: ClientToken, session_id: str) -> str:
    """What proves that a session came of the sign-in that made a token. It is of no other use, and reveals nothing."""
    return _proof(hash_secret(token.secret), session_id)


def take_back(db: Connection, now: datetime, here: ClientView | None, session_id: str, proof: str, *,
              request_info: RequestInfo) -> None:
    """End a session that was just made and whose cookie did not come back, and forget its client.

    :param here: the client whose cookie did come back, if one did
    :param proof: see ``proof_of``
    :raises SessionNotFound: if the proof is not that of a session made a moment ago on another client; nothing changed
    """
    found = db.execute(select(*columns(Client.id, Client.secret_hash)).join_from(Session, Client).where(
        col(Session.id) == session_id, alive(now), col(Session.created_at) > now - PROOF_LIFETIME)).first()
    if found is None or not hmac.compare_digest(_proof(found[1], session_id).encode(), proof.encode()) \
            or (here is not None and here.id == found[0]):
        raise SessionNotFound
    forget_client(db, now, find_clients(db, [found[0]]).get(found[0]), request_info=request_info)


def _proof(secret_hash: str, session_id: str) -> str:
    return hmac.new(secret_hash.encode(), f'take back {session_id}'.encode(), hashlib.sha256).hexdigest()
