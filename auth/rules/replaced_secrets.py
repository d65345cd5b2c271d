"""What is remembered of a secret that a client had a moment ago, so that a request that still carries it does no harm.

Two tabs of one browser may send the same cookie at one moment, and the first of them has it replaced. The other one
would be taken for a browser that has no client yet, be given one, and its cookie would take the place of the one with
all the accounts. So it is told to come again with the new cookie. An old secret is good for nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, insert, or_, select
from sqlmodel import col

from models import ReplacedSecret

from ..credentials.tokens import ClientToken, hash_secret
from ..errors import ClientRenewed
from .clients import ClientView

REMEMBERED = timedelta(minutes=1)
"""For how long: whatever was on its way when the cookie was replaced has arrived by then."""


def remember_replaced(db: Connection, now: datetime, client: ClientView) -> None:
    """Note that the secret that a client was read with has just been replaced."""
    db.execute(insert(ReplacedSecret).values(secret_hash=client.secret_hash, client_id=client.id, replaced_at=now))


def check_not_replaced(db: Connection, now: datetime, tokens: Sequence[ClientToken]) -> None:
    """Refuse the cookies of a request that is no client's, if one of them was replaced a moment ago.

    A secret that was replaced never counts again. So it makes no difference whether this is asked in the transaction of
    what the request does, or right before it.

    :raises ClientRenewed: if one was
    """
    if not tokens:
        return
    one_of_them = [and_(col(ReplacedSecret.secret_hash) == hash_secret(token.secret),
                        col(ReplacedSecret.client_id) == token.client_id) for token in tokens]
    found = select(col(ReplacedSecret.client_id)).where(
        or_(*one_of_them), col(ReplacedSecret.replaced_at) > now - REMEMBERED).limit(1)
    if db.execute(found).first() is not None:
        raise ClientRenewed


def forget_replaced(db: Connection, now: datetime) -> None:
    """Delete what is remembered no longer. How much that is is limited by how often anybody may sign in."""
    db.execute(delete(ReplacedSecret).where(col(ReplacedSecret.replaced_at) <= now - REMEMBERED))
