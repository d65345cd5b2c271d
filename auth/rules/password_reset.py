"""A forgotten password: a link is mailed, and whoever reads that mail chooses a new one.

Nobody learns from it who has an account: the request does one and the same for every address, and only when the mail is
sent it is seen whether there is somebody to send it to (ASVS 6.3.8). A new password ends every session (ASVS 7.4.3).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from models import AuditAction, LinkKind, User

from ..errors import AuthError, ParamMissing
from ..language import N_, Message
from ..requests.request_info import RequestInfo
from ..settings import Settings
from .accounts import with_address
from .address_confirmations import forget_waiting
from .addresses import normal_address
from .audit import Subject, record
from .buckets import forget_of
from .context import Auth
from .devices import revoke_all
from .limits import Act
from .mail import post
from .mailed_links import LinkUser, find_link, forget_links, use_link
from .mails.password_changed import PasswordChanged
from .mails.reset_password import ResetPassword
from .new_passwords import Person, check_new_password, check_not_breached


class NoMail(AuthError):
    """The site sends no mail, so a forgotten password is somebody else's to set."""

    code = 'strategy_invalid'
    tells_all = True


def whom_to_ask(settings: Settings) -> Message | str:
    """Tell what somebody can do who has forgotten a password, on a site that sends no mail."""
    return settings.forgot_password_help or N_('This site sends no mail. Ask its administrator to set a new password '
                                               'for you.')


async def ask_for_reset(auth: Auth, *, identifier: str, request_info: RequestInfo) -> None:
    """Have a link mailed to an address, if somebody has an account with it. The answer is always the same.

    :raises ParamMissing: if there is no address
    :raises ParamInvalid: if it is none, so nobody could get a mail there
    :raises NoMail: if the site sends none
    :raises LimitReached: if too many were asked for
    """
    if not auth.settings.sends_mail:
        raise NoMail(whom_to_ask(auth.settings))
    if not identifier.strip():
        raise ParamMissing(N_('Enter your email address.'), param='identifier')
    address = normal_address(identifier, intranet=True, param='identifier')
    await auth.limits.check(Act.RESET_PASSWORD, account=address, address=request_info.ip_address)
    await auth.run(post_reset, address, request_info)


def post_reset(db: Connection, now: datetime, address: str, request_info: RequestInfo) -> None:
    """Post the mail, and tell of it in the history of whoever has the address."""
    whose = select(col(User.id)).where(with_address(db, address)).with_for_update(key_share=True)
    record(db, AuditAction.RESET_ASKED, now, [Subject(db.scalar(whose))], request_info)
    post(db, now, to=address, mail=ResetPassword.asked(request_info.user_agent))


async def reset_password(auth: Auth, *, code: str, password: str, request_info: RequestInfo) -> None:
    """Give the user whose link it is another password, and end all their sessions. Nobody is signed in by it.

    :param code: what the link holds
    :raises LinkUseless: if it works for nobody (any more)
    :raises AuthError: if the password is not acceptable; then the link still works
    """
    owner = await auth.read(find_link, LinkKind.RESET_PASSWORD, code)
    await check_new_password(auth, password, Person(owner.email_address, owner.first_name, owner.last_name))
    await check_not_breached(auth, password)
    password_hash = await auth.passwords.hash(password)
    await auth.run(store_new_password, code, password_hash, request_info)


def store_new_password(db: Connection, now: datetime, code: str, password_hash: str, request_info: RequestInfo) -> None:
    """Use the link, and store the hash of the new password.

    :raises LinkUseless: if it was used, or its time has passed, while the password was hashed
    """
    owner = use_link(db, now, LinkKind.RESET_PASSWORD, code)
    set_password_of(db, now, owner, password_hash)
    record(db, AuditAction.PASSWORD_RESET, now, [Subject(owner.user_id)], request_info)
    revoke_all(db, now, owner.user_id, request_info)
    post(db, now, to=owner.email_address, mail=PasswordChanged(), user_id=owner.user_id)


def set_password_of(db: Connection, now: datetime, owner: LinkUser, password_hash: str) -> None:
    """Store another password for whoever reads the mail of an address; nothing that was asked for before counts on."""
    db.execute(update(User).where(col(User.id) == owner.user_id).values(
        password_hash=password_hash, password_changed_at=now, password_given_at=None, address_confirmed_at=now))
    forget_links(db, owner.user_id, LinkKind.RESET_PASSWORD)
    forget_waiting(db, owner.user_id)
    forget_of(db, owner.user_id)
