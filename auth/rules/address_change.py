"""Another address for an account: the new one is confirmed first, and the one before can take it back for a week.

Whoever holds the account, perhaps a thief, can do all of it but one thing: read the mail that the address before gets.
So its link brings back the address, whatever was done to the account since.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from models import AuditAction, LinkKind, User
from models.written_by_sql import bring_into_form

from ..credentials.tokens import new_secret
from ..errors import IdentifierExists, ParamInvalid
from ..language import N_
from ..requests.request_info import RequestInfo
from .accounts import with_address
from .actor import find_actor
from .address_confirmations import CodeIncorrect, begin, check_given, forget_waiting, post_again, take_a_guess
from .addresses import normal_address
from .audit import Subject, record
from .clients import ClientView
from .context import Auth
from .devices import revoke_all
from .limits import Limits
from .mail import post
from .mailed_links import find_link, forget_links, make_link, use_link
from .mails.address_change_undone import AddressChangeUndone
from .mails.address_changed import AddressChanged
from .mails.address_code import AddressCode
from .mails.address_is_yours import AddressIsYours
from .mails.kind import EmailAddress
from .password_reset import NoMail, set_password_of
from .recent import check_recent

NO_MAIL = N_('This site sends no mail, so a new address cannot be confirmed. Ask its administrator.')

TAKEN_BY_NOW = N_('Somebody has an account with your earlier email address by now, so it cannot be brought back. Ask '
                  'the administrator of this site.')


async def ask_for_address(auth: Auth, client: ClientView | None, *, email_address: str,
                          request_info: RequestInfo, actor_session_id: str | None = None) -> tuple[str, str]:
    """Have a code mailed to the new address of the person who acts; nothing is changed yet.

    :param actor_session_id: the session of the client in which they act; by default the active one
    :return: the id under which the address waits, and the address
    :raises ParamInvalid: if it is none, or the one they have
    :raises ReverificationRequired: if their password was given too long ago; or ``NotSignedIn``, ``NoMail``,
        ``LimitReached``
    """
    if not auth.settings.sends_mail:
        raise NoMail(NO_MAIL)
    await auth.read(find_actor, client, actor_session_id)  # nobody else is told what is wrong with an address
    address = normal_address(email_address, intranet=auth.settings.intranet_addresses)
    address_id = await auth.run(begin_change, client, address, auth.settings.recent_authentication, actor_session_id,
                                limits=auth.limits, ip_address=request_info.ip_address)
    return address_id, address


def begin_change(db: Connection, now: datetime, client: ClientView | None, address: str, within: timedelta,
                 actor_session_id: str | None, *, limits: Limits, ip_address: str) -> str:
    """Let the new address wait for its code, in place of any other.

    :param within: how long ago the password may have been given
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    if address == actor.email_address:
        raise ParamInvalid(N_('That is the address you have. Enter another one.'), param='email_address')
    check_recent(now, actor, within)
    forget_waiting(db, actor.user_id)
    return begin(db, now, AddressCode(), address, user_id=actor.user_id, limits=limits, ip_address=ip_address)


def send_code_again(db: Connection, now: datetime, client: ClientView | None, confirmation_id: str, *,
                    limits: Limits, ip_address: str, actor_session_id: str | None = None) -> str:
    """Have another code mailed to the new address, which is returned.

    :raises NothingWaits: if no address of the person who acts waits there
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    return post_again(db, now, AddressCode(), confirmation_id, user_id=actor.user_id, limits=limits,
                      ip_address=ip_address)


async def confirm_address(auth: Auth, client: ClientView | None, confirmation_id: str, *, code: str,
                          request_info: RequestInfo, actor_session_id: str | None = None) -> str:
    """Give the account of the person who acts the address that waits, if the code is right; returns the address.

    :raises CodeIncorrect: if not; or ``CodeUseless``
    :raises IdentifierExists: if somebody has taken the address meanwhile
    """
    check_given(code)
    address = await auth.run(change_address, client, confirmation_id, code, request_info, actor_session_id)
    if address is None:
        raise CodeIncorrect(param='code')
    return address


def change_address(db: Connection, now: datetime, client: ClientView | None, confirmation_id: str, code: str,
                   request_info: RequestInfo, actor_session_id: str | None) -> str | None:
    """Take a guess at the code, and change the address, which is returned; None if the code was wrong.

    The link to undo it, and that it was changed, are posted in the same transaction.
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    confirmed = take_a_guess(db, now, confirmation_id, code, user_id=actor.user_id)
    if confirmed is None:
        return None
    _set_address(db, now, actor.user_id, confirmed.email_address)
    forget_links(db, actor.user_id, LinkKind.RESET_PASSWORD)  # they were mailed to the address before
    record(db, AuditAction.ADDRESS_CHANGED, now, [actor.as_subject], request_info)
    post(db, now, to=actor.email_address, user_id=actor.user_id,
         mail=AddressChanged(new_address=EmailAddress(confirmed.email_address)))
    post(db, now, to=confirmed.email_address, mail=AddressIsYours(), user_id=actor.user_id)
    return confirmed.email_address


async def undo_address_change(auth: Auth, *, code: str, request_info: RequestInfo) -> str:
    """Bring back the address to which the link was mailed, and end every session.

    The password does not work any more: a thief may have set it. A new one is chosen with the link that is returned,
    which is as good as one that was mailed, since whoever undoes the change reads that mail.

    :param code: what the link holds
    :return: what a link to choose a new password holds
    :raises LinkUseless: if it works for nobody (any more)
    :raises IdentifierExists: if somebody else has the address by now
    """
    await auth.read(find_link, LinkKind.UNDO_ADDRESS_CHANGE, code)  # before anything is hashed
    nobodys = await auth.passwords.hash(new_secret())  # a sign-in takes as long as with any other
    return await auth.run(bring_address_back, code, nobodys, request_info)


def bring_address_back(db: Connection, now: datetime, code: str, password_hash: str, request_info: RequestInfo) -> str:
    """Use the link; see ``undo_address_change``."""
    owner = use_link(db, now, LinkKind.UNDO_ADDRESS_CHANGE, code)
    _set_address(db, now, owner.user_id, owner.mailed_to, taken=IdentifierExists(TAKEN_BY_NOW))
    set_password_of(db, now, owner, password_hash)
    # What was changed later was changed by whoever this is taken back from. An earlier address keeps its link.
    forget_links(db, owner.user_id, LinkKind.UNDO_ADDRESS_CHANGE, since=owner.made_at)
    record(db, AuditAction.ADDRESS_CHANGE_UNDONE, now, [Subject(owner.user_id)], request_info)
    revoke_all(db, now, owner.user_id, request_info)
    post(db, now, to=owner.mailed_to, mail=AddressChangeUndone(is_yours=True), user_id=owner.user_id)
    if owner.email_address != owner.mailed_to:
        post(db, now, to=owner.email_address, mail=AddressChangeUndone(is_yours=False), user_id=owner.user_id)
    return make_link(db, now, LinkKind.RESET_PASSWORD, owner.user_id, owner.mailed_to)


def _set_address(db: Connection, now: datetime, user_id: str, address: str, *,
                 taken: IdentifierExists | None = None) -> None:
    taken = taken or IdentifierExists(param='email_address')
    if db.scalar(select(col(User.id)).where(with_address(db, address), col(User.id) != user_id)) is not None:
        raise taken
    try:
        db.execute(update(User).where(col(User.id) == user_id).values(email_address=address, address_confirmed_at=now))
    except IntegrityError as error:  # somebody has taken it at the same moment
        raise taken from error
    bring_into_form(db, user_id=user_id)
