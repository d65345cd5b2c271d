"""A site that has an administrator keeps one: the last one is neither withdrawn, nor disabled, nor deleted.

Else nobody could make another one but whoever can run a program beside the store.
"""

from __future__ import annotations

from sqlalchemy import Connection, or_, select
from sqlmodel import col

from models import User

from ..errors import LastAdministrator


def lock_administrators(db: Connection, user_id: str) -> None:
    """Lock a user and all administrators until the transaction ends; called before anything else is locked.

    Two who withdraw each other would both find the other one there. So whoever comes second waits, and finds one less.
    All lock them in one order, so that nobody waits for each other.
    """
    db.execute(select(col(User.id)).where(or_(col(User.id) == user_id, col(User.is_admin))).order_by(col(User.id))
               .with_for_update(key_share=True)).all()


def check_not_the_last(db: Connection, user_id: str) -> None:
    """Refuse if a user is the last administrator who can sign in; the administrators are locked.

    :raises LastAdministrator: if they are; nothing was changed
    """
    able = select(col(User.id)).where(col(User.is_admin), col(User.disabled).is_(False)).limit(2)
    if list(db.scalars(able)) == [user_id]:
        raise LastAdministrator


def check_deletable(db: Connection, user_id: str) -> None:
    """Refuse as ``check_not_the_last`` does, unless nobody else has an account here.

    :raises LastAdministrator: if the others would have none
    """
    if db.scalar(select(col(User.id)).where(col(User.id) != user_id).limit(1)) is not None:
        check_not_the_last(db, user_id)
