"""What a user is made of: the address, the names and the password, checked before they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from models import User
from models.normal_forms import search_text
from models.types import new_id

from ..credentials.passwords import UNLIMITED
from ..errors import IdentifierExists, ParamInvalid
from ..language import N_
from ..refusals import Refusals
from ..requests.request_info import RequestInfo
from .accounts import with_address
from .addresses import normal_address
from .context import Auth
from .limits import Act
from .names import MOST_LOOKED_AT, clean_name
from .new_passwords import Person, check_new_password, check_not_breached

MAX_NAME = 100
"""Characters of a first or last name."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user whose values were checked and whose password was hashed; see ``check_new_user``."""

    email_address: str
    first_name: str
    last_name: str
    password_hash: str = field(repr=False)


async def check_new_user(auth: Auth, *, email_address: str, password: str, first_name: str, last_name: str,
                         request_info: RequestInfo | None = None) -> NewUser:
    """Check what a new user is made of, and hash the password; nothing is stored yet.

    :param request_info: where it was done, if anybody may do it: then it is limited
    :raises AuthError: naming the field to correct; or ``LimitReached``, ``TooBusy``
    """
    refusals = Refusals()
    with refusals.collect():
        email_address = normal_address(email_address, intranet=auth.settings.intranet_addresses)
    with refusals.collect():
        await check_new_password(auth, password, Person(email_address, first_name, last_name), breached=False)
    with refusals.collect():
        first_name = checked_name(first_name, param='first_name')
    with refusals.collect():
        last_name = checked_name(last_name, param='last_name')
    refusals.check()
    claim = UNLIMITED
    if request_info is not None:
        claim = (await auth.limits.check(Act.SIGN_UP, address=request_info.ip_address)).claim
    await check_not_breached(auth, password)  # after the limit: it is asked of somebody else
    return NewUser(email_address, first_name, last_name, await auth.passwords.hash(password, claim))


def add_user(db: Connection, now: datetime, new: NewUser, *, is_admin: bool = False, is_given: bool = False,
             is_confirmed: bool = False) -> str:
    """Write a user; returns the id.

    :param is_given: whether somebody else has set the password
    :param is_confirmed: whether the person has proved that the address is theirs
    :raises IdentifierExists: if somebody has the address
    """
    if db.scalar(select(col(User.id)).where(with_address(db, new.email_address))) is not None:
        raise IdentifierExists(param='email_address')
    user_id = new_id('user')
    try:
        db.execute(insert(User).values(
            id=user_id, email_address=new.email_address, first_name=new.first_name, last_name=new.last_name,
            password_hash=new.password_hash, password_changed_at=now,
            password_given_at=now if is_given else None, is_admin=is_admin, disabled=False,
            created_at=now, address_confirmed_at=now if is_confirmed else None,
            search_text=search_text(new.email_address, new.first_name, new.last_name)))
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


def checked_names(first_name: str | None, last_name: str | None) -> dict[str, str]:
    """Write the parts of a name that are given, by field.

    :raises ParamInvalid: for each part that is too long
    """
    refusals, given = Refusals(), dict[str, str]()
    for part, name in (('first_name', first_name), ('last_name', last_name)):
        if name is not None:
            with refusals.collect():
                given[part] = checked_name(name, param=part)
    refusals.check()
    return given
