"""The roles of a user: words of the app's author, beside the one that is ours, ``admin``.

They stand in one column, so that whoever reads a user has them, and a change of them is a change of that row.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from models import AuditAction, User

from ..access import ADMIN, is_role
from ..errors import ParamInvalid, UserNotFound
from ..language import N_
from ..requests.request_info import RequestInfo
from .actor import Administrator
from .admin import set_admin
from .audit import Subject, record

MOST = 32
"""How many a user may have."""

def normal_role(text: str) -> str:
    """Return a role as it is stored.

    :raises ParamInvalid: if it can't be one
    """
    role = text.strip().lower()
    if not is_role(role):
        raise ParamInvalid(N_('A role is one word of up to 32 letters from a to z, digits, "-" and "_", and begins '
                              'with a letter.'), param='role')
    return role


def set_role(db: Connection, now: datetime, administrator: Administrator, user_id: str, role: str, is_given: bool,
             request_info: RequestInfo | None = None) -> None:
    """Give a user a role, or take it from them; ``admin`` makes an administrator of them.

    :raises ParamInvalid: if it can't be a role, or they would have too many
    :raises UserNotFound: if there is no such user
    :raises LastAdministrator: if it is taken from the last administrator
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    role = normal_role(role)
    if role == ADMIN:
        set_admin(db, now, administrator, user_id, is_given, request_info)
        return
    actor = administrator(db, now, on=user_id, lock=True)
    stored = db.execute(select(col(User.roles)).where(col(User.id) == user_id)).first()
    if stored is None:
        raise UserNotFound
    before = frozenset(stored[0].split())
    after = before | {role} if is_given else before - {role}
    if len(after) > MOST:
        raise ParamInvalid(N_('Nobody has more than {most} roles. Take one away first.', most=MOST), param='role')
    if after == before:
        return
    db.execute(update(User).where(col(User.id) == user_id).values(roles=' '.join(sorted(after))))
    record(db, AuditAction.ROLE_GIVEN if is_given else AuditAction.ROLE_TAKEN, now, [Subject(user_id)], request_info,
           actor=actor, detail=role)
