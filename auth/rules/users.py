"""What a user is made of: the address, the names and the password, checked before they are stored."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from models import User
from models.types import new_id

from ..credentials.passwords import check_password
from ..errors import IdentifierExists, ParamInvalid, ParamMissing
from ..language import N_
from .context import Auth
from .names import MOST_LOOKED_AT, clean_name

MAX_NAME = 100
"""Characters of a first or last name."""

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user whose values were checked and whose password was hashed; see ``check_new_user``."""

    email_address: str
    first_name: str
    last_name: str
    password_hash: str = field(repr=False)


async def check_new_user(auth: Auth, *, email_address: str, password: str, first_name: str, last_name: str) -> NewUser:
    """Check what a new user is made of, and hash the password; nothing is stored yet.

    :raises AuthError: naming the field to correct
    """
    email_address = normal_address(email_address)
    check_password(password, email_address=email_address)
    first_name, last_name = (checked_name(first_name, param='first_name'), checked_name(last_name, param='last_name'))
    return NewUser(email_address, first_name, last_name, await auth.passwords.hash(password))


def add_user(db: Connection, now: datetime, new: NewUser, *, is_admin: bool = False) -> str:
    """Write a user; returns the id.

    :raises IdentifierExists: if somebody has the address
    """
    user_id = new_id('user')
    try:
        db.execute(insert(User).values(
            id=user_id, email_address=new.email_address, first_name=new.first_name, last_name=new.last_name,
            password_hash=new.password_hash, password_changed_at=now, is_admin=is_admin, disabled=False,
            created_at=now))
    except IntegrityError as error:
        raise IdentifierExists(param='email_address') from error
    return user_id


def checked_name(name: str, *, param: str) -> str:
    """Write a name in the way it is stored: without what cannot be seen.

    :param param: the name of the field it was typed into
    :raises ParamInvalid: if it is too long
    """
    cleaned = clean_name(name)
    if len(name) > MOST_LOOKED_AT or len(cleaned) > MAX_NAME:
        raise ParamInvalid(N_('Names may have {count} characters at most. Make it shorter.', count=MAX_NAME),
                           param=param)
    return cleaned


def normal_address(email_address: str) -> str:
    """Write an address in the one way it is stored: no spaces around it, and letter case does not count.

    Only ASCII letters are lowered. Lowering others would make one address out of two that merely look alike.

    :raises AuthError: if it is no address
    """
    if not email_address.strip():
        raise ParamMissing(N_('Enter your email address.'), param='email_address')
    try:
        checked = validate_email(email_address.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ParamInvalid(N_('That is not an email address. Write it like you@example.com.'), param='email_address'
                           ) from error
    return checked.normalized.translate(_ASCII_LOWER)
