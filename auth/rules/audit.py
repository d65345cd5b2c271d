"""The audit log: one line for each thing that happened to an account, written in the transaction that did it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, String, bindparam, cast, func, insert, select

from models import AuditAction, one_of
from models.tables import audit_event, session, user
from models.types import new_ordered_id

from ..requests.request_info import RequestInfo
from .context import Connection


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an audit event is about."""

    user_id: str | None = None
    client_id: str | None = None
    session_id: str | None = None


_INSERT = insert(audit_event)
_HOLD_USER = select(user.c.id).where(user.c.id == bindparam('the_user')).with_for_update(key_share=True)

_EVENTS = audit_event.c
_INSERT_ENDED = insert(audit_event).from_select(
    [_EVENTS.id, _EVENTS.user_id, _EVENTS.client_id, _EVENTS.session_id, _EVENTS.at, _EVENTS.action,
     _EVENTS.ip_address, _EVENTS.user_agent, _EVENTS.actor],
    select(bindparam('the_stem', type_=String) + cast(bindparam('the_first', type_=Integer)
                                                      + func.row_number().over(order_by=session.c.id), String),
           session.c.user_id, session.c.client_id, session.c.id,
           *(bindparam(f'the_{column.name}', type_=column.type)
             for column in (_EVENTS.at, _EVENTS.action, _EVENTS.ip_address, _EVENTS.user_agent, _EVENTS.actor)))
    .where(one_of(session.c.id, 'the_sessions')))


async def record(db: Connection, action: AuditAction, at: datetime, subjects: Iterable[Subject],
                 request_info: RequestInfo | None = None, *, actor: str = '') -> None:
    """Write one event for each subject.

    :param request_info: where it was done
    :param actor: who did it, if not the subject themselves
    """
    request_info = request_info or RequestInfo()
    rows = [{'id': new_ordered_id('evt'), 'at': at, 'action': action, 'user_id': subject.user_id,
             'client_id': subject.client_id, 'session_id': subject.session_id,
             'ip_address': request_info.ip_address, 'user_agent': request_info.user_agent, 'actor': actor}
            for subject in subjects]
    if rows:
        await db.execute(_INSERT, rows)


async def record_attempt(db: Connection, action: AuditAction, at: datetime, subject: Subject,
                         request_info: RequestInfo) -> None:
    """Write the event of something that was refused.

    Nothing held its user meanwhile: of one who has been deleted, not even the event tells where it was tried.
    """
    gone = subject.user_id and (await db.execute(_HOLD_USER, {'the_user': subject.user_id})).first() is None
    await record(db, action, at, [subject], None if gone else request_info)


async def record_ended(db: Connection, action: AuditAction, at: datetime, session_ids: Collection[str],
                       request_info: RequestInfo | None = None, *, actor: str = '') -> None:
    """Write one event for each of these sessions, by one statement, since they may be very many.

    :param request_info: where it was done
    :param actor: who did it, if not the subject themselves
    """
    if not session_ids:
        return
    request_info = request_info or RequestInfo()
    await db.execute(_INSERT_ENDED, {
        'the_stem': new_ordered_id('evt')[:-8], 'the_first': 10_000_000 + secrets.randbelow(80_000_000),
        'the_at': at, 'the_action': action, 'the_ip_address': request_info.ip_address,
        'the_user_agent': request_info.user_agent, 'the_actor': actor, 'the_sessions': session_ids})
