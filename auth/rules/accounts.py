"""Accounts as a sign-in finds them: by their address."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlmodel import col

from models import User
from models.statements import columns
from models.written_by_sql import not_in_form


@dataclass(frozen=True, slots=True)
class Account:
    """Whose password was given."""

    user_id: str
    password_hash: str = field(repr=False)
    """As it was when the password was compared with it."""


def find_account(db: Connection, email_address: str) -> Account | None:
    """Find whose password is to be given.

    :param email_address: in the form in which it is stored
    """
    found = db.execute(select(*columns(User.id, User.password_hash)).where(with_address(db, email_address))
                       .order_by(col(User.email_address) != email_address))  # first whoever has it as it is stored
    row = found.first()
    return None if row is None else Account(*row)


def with_address(db: Connection, email_address: str) -> ColumnElement[bool]:
    """The condition that a user has an address.

    An index finds it. Of users whom SQL has written, and who are not in form yet, each is looked at.

    :param email_address: in the form in which it is stored
    """
    has_it = col(User.email_address) == email_address
    if email_address.isascii():  # others with the same one have been refused by a trigger and the index
        return has_it
    others = [user.id for user in not_in_form(db) if user.address == email_address]
    return or_(has_it, col(User.id).in_(others)) if others else has_it
