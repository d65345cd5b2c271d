"""The names that people give their devices, to tell alike ones apart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from models import AuditAction, Session
from models.statements import built_once

from ..errors import ParamInvalid, SessionNotFound
from ..language import N_
from ..requests.request_info import RequestInfo
from .actor import find_actor
from .audit import record
from .clients import ClientView
from .names import MOST_LOOKED_AT, clean_name
from .sessions import signed_in

MAX_DEVICE_NAME = 50
"""Characters of the name of a device."""


def rename_device(db: Connection, now: datetime, client: ClientView | None, session_id: str, name: str | None,
                  *, actor_session_id: str | None = None, request_info: RequestInfo | None = None) -> str:
    """Give one device of whoever acts a name of its own. Returns the name it has.

    Nobody but its owner ever sees it. It is kept for the next sign-in of the same user on that client.

    :param name: an empty one takes away the one it has; None leaves it as it is
    :raises ParamInvalid: if it is too long
    :raises NotSignedIn: if nobody is signed in
    :raises SessionNotFound: if they have no such session that is signed in
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    wanted = None if name is None else clean_device_name(name)
    before = db.execute(*_find(actor.user_id, session_id, now)).first()
    if before is None:
        raise SessionNotFound(N_('You have no such device that is signed in. Nothing was changed; '
                                 'reload the page to see your devices.'))
    if wanted is None or wanted == before[0]:
        return before[0]
    db.execute(update(Session).where(col(Session.id) == session_id).values(device_name=wanted))
    record(db, AuditAction.DEVICE_RENAMED, now, [actor.as_subject], request_info)
    return wanted


def clean_device_name(name: str) -> str:
    """Leave out of a name what cannot be seen.

    :raises ParamInvalid: if it is too long
    """
    seen = clean_name(name)
    if len(name) > MOST_LOOKED_AT or len(seen) > MAX_DEVICE_NAME:
        raise ParamInvalid(N_('The name of a device may have {count} characters at most. Make it shorter.',
                              count=MAX_DEVICE_NAME), param='device_name')
    return seen


@built_once
def _find(user_id: str, session_id: str, now: datetime):
    return (select(col(Session.device_name))
            .where(col(Session.id) == session_id, col(Session.user_id) == user_id, signed_in(now))
            .with_for_update(key_share=True))
