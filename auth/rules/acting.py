"""Acts of an author's: what they write is written in the transaction that finds who acts, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import Session as DatabaseSession

from ..access import Access, Here, may_see
from ..errors import NotAllowed
from .actor import Actor, find_actor
from .clients import ClientView

P = ParamSpec('P')
T = TypeVar('T')

Verb = Callable[Concatenate[DatabaseSession, Actor, P], T]
"""A plain function: it is given the open transaction, and who acts; what it returns or raises comes back."""


def act_as(db: Connection, now: datetime, client: ClientView | None, shown: Collection[Access], verb: Verb[P, T],
           *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a verb for whoever is signed in on a client, if they still are.

    Their user, client and session are locked until the transaction ends: a session that has ended writes nothing, and
    one that is about to end does so before, or after.

    :param shown: who may see what it is done from; nothing is for anybody who is signed in
    :raises NotSignedIn: if the session has ended, or the client has another secret by now
    :raises NotAllowed: if whoever acts may not
    """
    actor = find_actor(db, now, client, lock=True)
    _check(actor, shown)
    with DatabaseSession(bind=db, expire_on_commit=False, join_transaction_mode='rollback_only') as session:
        result = verb(session, actor, *args, **kwargs)
        session.flush()
        session.expunge_all()  # rows that are returned stay as they are
        return result


def read_as(db: Connection, now: datetime, client: ClientView | None, shown: Collection[Access], query: Verb[P, T],
            *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a query for whoever is signed in on a client, if they are; it waits for nobody and nobody for it.

    :param shown: as in ``act_as``
    :raises NotSignedIn: if the session has ended, or the client has another secret by now
    :raises NotAllowed: if whoever asks may not
    :raises Writes: if the query would write; then nothing was written
    """
    actor = find_actor(db, now, client)
    _check(actor, shown)
    with _ReadingSession(bind=db, expire_on_commit=False, autoflush=False) as session:
        event.listen(session, 'do_orm_execute', _refuse_to_write)
        event.listen(session, 'before_flush', _refuse_to_write)
        result = query(session, actor, *args, **kwargs)
        session.flush()  # of what was put into it, or changed
        session.expunge_all()
        return result


class Writes(TypeError):
    """A query writes, whose transaction is not one that could be taken back."""

    def __init__(self) -> None:
        super().__init__('read() is for what only reads: give to act() what writes.')


class _ReadingSession(DatabaseSession):
    """Of statements, it lets those through that only read."""

    def connection(self, *_: object, **__: object) -> Connection:
        raise Writes


def _refuse_to_write(told: object, *_: object) -> None:
    if not isinstance(told, ORMExecuteState) or not told.is_select:
        raise Writes


def _check(actor: Actor, shown: Collection[Access]) -> None:
    here = Here('signed_in', roles=actor.roles, authenticated_at=actor.authenticated_at)
    if not all(may_see(access, here) for access in shown):
        raise NotAllowed
