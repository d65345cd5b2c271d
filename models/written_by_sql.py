"""Users whom SQL has written: their address and their search text are brought into the forms that the program uses.

Triggers do that with ASCII, at once, in both kinds of database; see migration 0007. Here is what they cannot do. Until
then such a row has no search text.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col

from .normal_forms import search_text, stored_address
from .statements import columns
from .user import User

log = logging.getLogger('live_sessions')

AT_ONCE = 200
"""Rows that are brought into form in one transaction, for some 15 ms: others wait to write meanwhile."""

MOST_READ = 1000
"""Rows that are not in form yet, and are looked at by a search or a sign-in. The sweeper takes more of them soon."""

_NOT_IN_FORM = (select(*columns(User.id, User.email_address, User.first_name, User.last_name))
                .where(col(User.search_text).is_(None)).order_by(col(User.id)))

_SET_TEXT = update(User).where(col(User.id) == bindparam('the_id')).values(search_text=bindparam('the_text'))


class Written(NamedTuple):
    """What SQL has written of a user."""

    id: str
    email_address: str
    first_name: str
    last_name: str

    @property
    def address(self) -> str:
        """The address in the form that it gets."""
        return stored_address(self.email_address)

    @property
    def search_text(self) -> str:
        """What is searched of the user."""
        return search_text(self.address, self.first_name, self.last_name)


def not_in_form(db: Connection) -> list[Written]:
    """Read users who are not in form. An index holds them: it takes no time where there are none."""
    return [Written(*row) for row in db.execute(_NOT_IN_FORM.limit(MOST_READ))]


def bring_into_form(db: Connection, most: int = AT_ONCE, *, user_id: str | None = None, after: str = '') -> str:
    """Bring users into form, as many as stated at most, or one of them; returns the id of the last, or nothing.

    An address that somebody else has, in the form it would get, stays as it is: nobody signs in with it.

    :param after: the id of the last one who was brought into form in this transaction; the index still holds them
    """
    those = _NOT_IN_FORM.where(col(User.id) > after if user_id is None else col(User.id) == user_id)
    # Somebody who holds a row may be about to change its names; the next sweep has it.
    users = [Written(*row) for row in db.execute(those.limit(most).with_for_update(skip_locked=True))]
    if not users:
        return ''
    for user in users:
        if user.address != user.email_address:
            _set_address(db, user.id, user.address)
    db.execute(_SET_TEXT, [{'the_id': user.id, 'the_text': user.search_text} for user in users])
    return users[-1].id


def _set_address(db: Connection, user_id: str, address: str) -> None:
    other = aliased(User)
    if_free = update(User).where(col(User.id) == user_id, ~exists().where(col(other.email_address) == address))
    try:
        with db.begin_nested():
            free = db.execute(if_free.values(email_address=address)).rowcount
    except IntegrityError:  # somebody has taken it at the same moment
        free = 0
    if not free:
        log.warning('the user %s has the address of another user, written in another way, and cannot sign in. '
                    'Give one of the two another address.', user_id,
                    extra={'event': 'email_address_twice', 'user_id': user_id})
