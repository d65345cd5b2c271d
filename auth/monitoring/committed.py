"""What a transaction did, told once it is committed: counted, and written into a log that is JSON."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from models import AuditAction

from .metrics import Metrics

log = logging.getLogger('live_sessions.audit')
attempts = logging.getLogger('live_sessions.attempts')
"""For what strangers may cause: one line of a kind in 10 s, with the number of others (``auth.web.log_lines``)."""

WRITTEN_ONE_BY_ONE = 10
"""Of how many rows one act writes the ids into the log; of more, it writes their number."""

_NOTED = 'noted'
_IDS = ('user_id', 'client_id', 'session_id', 'actor')
_ATTEMPTS = {AuditAction.SIGN_IN_FAILED, AuditAction.SIGN_IN_REFUSED, AuditAction.WRONG_PASSWORD}
_ENDS = {AuditAction.SIGNED_OUT, AuditAction.REVOKED, AuditAction.EXPIRED, AuditAction.ABANDONED,
         AuditAction.REPLACED}


@dataclass(frozen=True, slots=True)
class Noted:
    """Events of one kind in one transaction."""

    action: AuditAction
    rows: Sequence[Mapping[str, Any]] = ()
    """Whom each was about, if they are few."""
    count: int = 0
    ended: int = 0
    """Sessions that ended without an event of their own."""


def collect(db: Connection) -> list[Noted]:
    """Begin to collect what a transaction notes: an earlier one of this connection may have been called off."""
    noted: list[Noted] = []
    db.info[_NOTED] = noted
    return noted


def note(db: Connection, action: AuditAction, rows: Collection[Mapping[str, Any]] = (), *, count: int = 0,
         ended: int = 0) -> None:
    """Note events, to be told when their transaction is committed.

    :param count: how many there are, if they are too many to be named
    """
    noted: list[Noted] | None = db.info.get(_NOTED)
    if noted is not None:
        noted.append(Noted(action, tuple(rows), count or len(rows), ended))


def tell(metrics: Metrics, committed: Iterable[Noted]) -> None:
    """Count what was committed, and write it into the log if that takes such lines."""
    writes = log.isEnabledFor(logging.INFO)
    for noted in committed:
        if ended := noted.count if noted.action in _ENDS else noted.ended:
            metrics.sessions_ended.labels(noted.action.value).inc(ended)
        if writes and noted.count:
            _write(noted)


def _write(noted: Noted) -> None:
    to, event = attempts if noted.action in _ATTEMPTS else log, noted.action.value
    if not noted.rows or len(noted.rows) > WRITTEN_ONE_BY_ONE:
        to.info('%s', event, extra={'event': event, 'count': noted.count})
        return
    for row in noted.rows:
        to.info('%s', event, extra={'event': event} | {name: row[name] for name in _IDS if row.get(name)})
