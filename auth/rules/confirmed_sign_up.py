"""Signing up where the site sends mail: the account is made when the code from a mail is typed.

Until then there is no user, so nobody holds an address that is not theirs. An address that has an account is answered
like any other, and its owner is told by mail (ASVS 6.3.8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ..requests.request_info import RequestInfo
from ..settings import Settings
from .address_confirmations import (
    CodeIncorrect,
    begin,
    check_given,
    find_waiting,
    post_again,
    rename_waiting,
    take_a_guess,
)
from .clients import ClientView
from .context import Auth
from .invitations import check_ticket
from .limits import Limits
from .mailed_codes import LIFETIME
from .mails.sign_up_code import SignUpCode
from .sign_in import SignedIn, add_and_sign_in, sign_up
from .users import NewUser, check_new_user, checked_names


@dataclass(frozen=True, slots=True)
class WaitsForCode:
    """A sign-up that is finished by ``finish_sign_up``."""

    id: str
    """For the browser that began it, and nobody else."""
    email_address: str
    first_name: str
    last_name: str
    expire_at: datetime


async def begin_sign_up(auth: Auth, client: ClientView | None, *, email_address: str, password: str,
                        first_name: str = '', last_name: str = '', keep_signed_in: bool = False, ticket: str = '',
                        request_info: RequestInfo) -> SignedIn | WaitsForCode:
    """Make a user and sign them in, or mail the code with which that is done, where the site sends mail.

    :param client: the browser that asks, if it has a client already
    :param keep_signed_in: whether they want to stay signed in for longer, also when the browser is closed
    :param ticket: what the link of an invitation holds, where signing up takes one
    :raises AuthError: naming the field to correct; or what ``sign_up`` raises
    """
    if not auth.settings.sends_mail:
        return await sign_up(auth, client, email_address=email_address, password=password, first_name=first_name,
                             last_name=last_name, keep_signed_in=keep_signed_in, ticket=ticket,
                             request_info=request_info)
    await auth.read(check_ticket, auth.settings.sign_up, ticket)  # before anything is hashed
    new = await check_new_user(auth, email_address=email_address, password=password, first_name=first_name,
                               last_name=last_name, request_info=request_info)
    sign_up_id = await auth.run(begin_with, new, keep_signed_in, ticket, settings=auth.settings, limits=auth.limits,
                                ip_address=request_info.ip_address)
    return WaitsForCode(sign_up_id, new.email_address, new.first_name, new.last_name, auth.now() + LIFETIME)


def begin_with(db: Connection, now: datetime, new: NewUser, keep_signed_in: bool, ticket: str, *, settings: Settings,
               limits: Limits, ip_address: str) -> str:
    """Let a new user wait for the code. An invitation is used up when it is typed."""
    invitation_id = check_ticket(db, now, settings.sign_up, ticket, new.email_address)
    return begin(db, now, SignUpCode(), new.email_address, limits=limits, ip_address=ip_address,
                 first_name=new.first_name, last_name=new.last_name, password_hash=new.password_hash,
                 keep_signed_in=keep_signed_in, invitation_id=invitation_id)


def find_sign_up(db: Connection, now: datetime, sign_up_id: str) -> WaitsForCode:
    """Find somebody who waits for the code.

    :raises NothingWaits: if nobody waits there
    """
    return WaitsForCode(sign_up_id, *find_waiting(db, now, sign_up_id))


def rename_sign_up(db: Connection, now: datetime, sign_up_id: str, *, first_name: str | None = None,
                   last_name: str | None = None) -> WaitsForCode:
    """Give somebody who waits for the code another name; the part that is not given stays as it is.

    :raises NothingWaits: if nobody waits there
    :raises ParamInvalid: if it is too long
    """
    given = checked_names(first_name, last_name)
    rename_waiting(db, now, sign_up_id, given)
    return find_sign_up(db, now, sign_up_id)


def send_code_again(db: Connection, now: datetime, sign_up_id: str, *, limits: Limits, ip_address: str) -> WaitsForCode:
    """Have another code mailed.

    :raises NothingWaits: if nobody waits there
    """
    post_again(db, now, SignUpCode(), sign_up_id, limits=limits, ip_address=ip_address)
    return find_sign_up(db, now, sign_up_id)


async def finish_sign_up(auth: Auth, client: ClientView | None, sign_up_id: str, *, code: str,
                         request_info: RequestInfo) -> tuple[SignedIn, str]:
    """Make the user who waits, and sign them in, if the code is right.

    :return: what it made, and the address
    :raises CodeIncorrect: if the code is wrong; or ``CodeUseless``
    :raises AuthError: what ``sign_up`` raises; then the code still works
    """
    check_given(code)
    done = await auth.run(finish_with, client, sign_up_id, code, settings=auth.settings, request_info=request_info)
    if done is None:
        raise CodeIncorrect(param='code')
    return done


def finish_with(db: Connection, now: datetime, client: ClientView | None, sign_up_id: str, code: str, *,
                settings: Settings, request_info: RequestInfo) -> tuple[SignedIn, str] | None:
    """Take a guess at the code, and make the user; None if it was wrong."""
    confirmed = take_a_guess(db, now, sign_up_id, code)
    if confirmed is None:
        return None
    new = NewUser(confirmed.email_address, confirmed.first_name, confirmed.last_name, confirmed.password_hash)
    done = add_and_sign_in(db, now, client, new, confirmed.invitation_id, settings=settings, request_info=request_info,
                           keep_signed_in=confirmed.keep_signed_in, is_confirmed=True)
    return done, confirmed.email_address
