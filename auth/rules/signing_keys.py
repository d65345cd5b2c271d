"""The key pairs that session tokens are signed with: the first one, another one in its place, and which are published.

A pair is made when it is first needed, not at the start: most sites never need one. It is made before the transaction
that keeps it, since that takes long. Whoever comes second finds that of the first, and uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from models import AuditAction, SigningKey
from models.statements import columns

from ..credentials.signing import NewKeyPair
from .actor import Administrator
from .audit import Subject, record

PUBLISHED_AFTER = timedelta(minutes=5)
"""So long a key is published after another one has taken its place: its last token is good for a minute, and the clocks
of others may be wrong."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key pair, as the store has it."""

    id: str
    public_key: str
    private_key: str = field(repr=False)
    """Empty if another one signs."""


_NEWEST = (select(*columns(SigningKey.id, SigningKey.public_key, SigningKey.private_key, SigningKey.created_at))
           .order_by(col(SigningKey.number).desc()).limit(2))


def find_published(db: Connection, now: datetime) -> Sequence[KeyPair]:
    """Read the key pairs with which tokens are signed that are still good, the one that signs first; none before the
    first was needed."""
    newest = db.execute(_NEWEST).all()
    if len(newest) == 2 and now >= newest[0].created_at + PUBLISHED_AFTER:
        newest = newest[:1]
    return [KeyPair(*row[:3]) for row in newest]


def keep_first(db: Connection, now: datetime, made: NewKeyPair) -> None:
    """Keep a key pair if there is none."""
    _keep(db, now, 1, made)


def replace_key(db: Connection, now: datetime, administrator: Administrator, made: NewKeyPair) -> str:
    """Let another key pair sign from now on; returns what tokens call the one that does.

    The one before it is published until its tokens have expired, without its private half. What was published before
    that is deleted, so that two are at most: who replaces a key twice makes all tokens useless that were signed before.

    :raises NotAllowed: if they may not administer
    """
    actor = administrator(db, now, lock=True)
    last = db.scalar(select(col(SigningKey.number)).order_by(col(SigningKey.number).desc()).limit(1)) or 0
    if not _keep(db, now, last + 1, made):  # somebody else has done the same at this moment
        return find_published(db, now)[0].id
    db.execute(update(SigningKey).where(col(SigningKey.number) <= last).values(private_key=''))
    db.execute(delete(SigningKey).where(col(SigningKey.number) < last))
    record(db, AuditAction.SIGNING_KEY_REPLACED, now, [Subject()], actor=actor, detail=made.id)
    return made.id


def _keep(db: Connection, now: datetime, number: int, made: NewKeyPair) -> bool:
    new = insert(SigningKey).values(number=number, created_at=now, **asdict(made))
    return db.scalar(new.on_conflict_do_nothing().returning(col(SigningKey.number))) is not None
