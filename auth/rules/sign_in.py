"""Signing up and signing in: the only two ways a session comes to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from models import AuditAction, Client, Session, SessionStatus, User
from models.statements import built_once
from models.types import new_id

from ..credentials.passwords import is_too_long
from ..credentials.tokens import ClientToken, hash_secret, new_secret
from ..credentials.turns import Claim
from ..errors import (
    AccountLimitReached,
    ClientRenewed,
    ParamMissing,
    PasswordIncorrect,
    SessionExists,
    TooBusy,
    UserDisabled,
)
from ..language import N_
from ..refusals import Refusals
from ..requests.request_info import RequestInfo
from ..settings import Settings
from .accounts import Account
from .audit import Subject, record, record_attempt
from .buckets import give_back
from .clients import ClientView
from .context import Auth
from .current_password import forget_wrong_passwords
from .invitations import check_ticket, use_invitation
from .limits import Taken, succeeded
from .new_devices import tell_of_new_device
from .replaced_secrets import remember_replaced
from .room import make_room
from .sessions import PENDING_LIFETIME, abandon_at, alive
from .users import NewUser, add_user, check_new_user


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in or sign-up made. The token belongs in the cookie and nowhere else."""

    user_id: str
    session_id: str
    token: ClientToken = field(repr=False)


async def sign_up(auth: Auth, client: ClientView | None, *, email_address: str, password: str,
                  first_name: str = '', last_name: str = '', keep_signed_in: bool = False, ticket: str = '',
                  request_info: RequestInfo) -> SignedIn:
    """Make a user and sign them in, both or neither.

    :param client: the browser that asks, if it has a client already
    :param keep_signed_in: whether they want to stay signed in for longer, also when the browser is closed
    :param ticket: what the link of an invitation holds, where signing up takes one
    :raises SignUpRestricted: if they may not sign up; or ``InvitationUseless``
    :raises AuthError: naming the field to correct; or ``SessionExists``, ``ClientRenewed``, ``StoreAway``
    """
    await auth.read(check_ticket, auth.settings.sign_up, ticket)  # before anything is hashed
    new = await check_new_user(auth, email_address=email_address, password=password, first_name=first_name,
                               last_name=last_name, request_info=request_info)
    return await auth.run(sign_up_with, client, new, ticket, settings=auth.settings, request_info=request_info,
                          keep_signed_in=keep_signed_in)


async def sign_in(auth: Auth, client: ClientView | None, *, identifier: str, password: str,
                  keep_signed_in: bool = False, request_info: RequestInfo) -> SignedIn:
    """Sign a user in on a client, and give the client a new secret (ASVS 7.2.4).

    Outside of single-session mode, the same user signing in again goes on with their session, for another lifetime.

    :param client: the browser that asks, if it has a client already
    :param keep_signed_in: whether they want to stay signed in for longer, also when the browser is closed
    :raises PasswordIncorrect: for a wrong password and for an unknown address alike, after the same time
    :raises LimitReached: if that was tried too often; or ``AccountLocked``
    :raises AuthError: naming the field to correct; or ``UserDisabled``, ``SessionExists``, ``ClientRenewed``,
        ``TooBusy``, ``StoreAway``
    """
    refusals = Refusals()
    with refusals.collect():
        if not identifier.strip():
            raise ParamMissing(N_('Enter your email address.'), param='identifier')
    with refusals.collect():
        if not password:
            raise ParamMissing(N_('Enter your password.'), param='password')
    refusals.check()
    if is_too_long(password):
        raise PasswordIncorrect(param='password')
    taken = await auth.limits.check_sign_in(identifier, address=request_info.ip_address,
                                            client_id=client.id if client else '')
    account = taken.account
    try:
        form = await auth.passwords.matching_form(password, account and account.password_hash, taken.claim)
        upgraded = form and account and await _upgraded_hash(auth, account, password, form, taken.claim)
    except TooBusy:
        if taken.claim.is_known:  # what others send in vain uses up their share, else each would cost two writes
            await auth.limits.give_back(taken)
        raise
    if form is None or account is None:
        auth.limits.guesses.add(wrong=1)
        await auth.run(record_attempt, AuditAction.SIGN_IN_FAILED, Subject(account and account.user_id), request_info)
        raise PasswordIncorrect(param='password')
    try:
        return await auth.run(sign_in_to, client, account, taken, upgraded, settings=auth.settings,
                              request_info=request_info, keep_signed_in=keep_signed_in)
    except PasswordIncorrect:
        await auth.run(record_attempt, AuditAction.SIGN_IN_FAILED, Subject(account.user_id), request_info)
        raise
    except (UserDisabled, SessionExists, AccountLimitReached, ClientRenewed):  # it told that the password is right
        await auth.run(note_refused, account.user_id, taken, request_info)
        raise


def sign_up_with(db: Connection, now: datetime, client: ClientView | None, new: NewUser, ticket: str, *,
                 settings: Settings, request_info: RequestInfo, keep_signed_in: bool = False) -> SignedIn:
    """Write a new user who may sign up, and start a session of theirs."""
    invitation_id = check_ticket(db, now, settings.sign_up, ticket, new.email_address)
    return add_and_sign_in(db, now, client, new, invitation_id, settings=settings, request_info=request_info,
                           keep_signed_in=keep_signed_in)


def add_and_sign_in(db: Connection, now: datetime, client: ClientView | None, new: NewUser, invitation_id: str, *,
                    settings: Settings, request_info: RequestInfo, keep_signed_in: bool = False,
                    is_confirmed: bool = False) -> SignedIn:
    """Write a new user and start a session of theirs.

    :param invitation_id: what ``check_ticket`` returned; it is used up
    :param is_confirmed: whether the person has proved that the address is theirs
    :raises SignUpRestricted: if nobody may sign up; or ``InvitationUseless``
    :raises IdentifierExists: if somebody has the address
    """
    invited_by = use_invitation(db, now, settings.sign_up, invitation_id, new.email_address)
    user_id = add_user(db, now, new, is_confirmed=is_confirmed)
    if invited_by:
        record(db, AuditAction.INVITATION_USED, now, [Subject(user_id)], request_info, actor=invited_by)
    record(db, AuditAction.SIGNED_UP, now, [Subject(user_id)], request_info)
    return start_session(db, now, client, user_id, settings, request_info, keep_signed_in)


def sign_in_to(db: Connection, now: datetime, client: ClientView | None, account: Account, taken: Taken,
               upgraded_hash: str | None, *, settings: Settings, request_info: RequestInfo, keep_signed_in: bool = False
               ) -> SignedIn:
    """Start a session of a user whose password was right.

    :param taken: the attempt, which is no failure
    :param upgraded_hash: a hash of the same password by the parameters of today, to store in place of the one it has
    :raises PasswordIncorrect: if the password was changed, or the user deleted, while it was hashed
    :raises AuthError: or ``UserDisabled``, ``SessionExists``, ``AccountLimitReached``, ``ClientRenewed``
    """
    checked = update(User).where(col(User.id) == account.user_id, col(User.password_hash) == account.password_hash)
    storing = checked.values(password_hash=upgraded_hash or account.password_hash)
    was_given = col(User.password_given_at) == col(User.password_changed_at)
    found = db.execute(storing.returning(col(User.disabled), col(User.email_address), was_given)).first()
    if found is None:
        raise PasswordIncorrect(param='password')
    is_disabled, address, is_given = found
    if is_disabled:
        raise UserDisabled(param='identifier')
    succeeded(db, taken)
    return start_session(db, now, client, account.user_id, settings, request_info, keep_signed_in,
                          pending=bool(is_given), tell=address)


def note_refused(db: Connection, now: datetime, user_id: str, taken: Taken, request_info: RequestInfo) -> None:
    """Tell that somebody who gave the right password was not signed in: that is no wrong one."""
    record_attempt(db, now, AuditAction.SIGN_IN_REFUSED, Subject(user_id), request_info)
    give_back(db, taken.buckets)


def renew_client(db: Connection, now: datetime, client: ClientView | None, secret: str = '') -> ClientToken:
    """Rotate the secret of a client, or make a client: the old cookie is worthless then (session fixation).

    :param secret: the new one, if it has been made already
    :raises ClientRenewed: if it was given another secret since it was read
    """
    secret = secret or new_secret()
    if client is not None:
        renewed = db.execute(
            update(Client).where(col(Client.id) == client.id, col(Client.secret_hash) == client.secret_hash)
            .values(secret_hash=hash_secret(secret)).returning(col(Client.id)))
        if renewed.first() is None:  # a client of its own would take the place of the one with the other accounts
            raise ClientRenewed
        remember_replaced(db, now, client)
        return ClientToken(client.id, secret)
    token = ClientToken(new_id('client'), secret)
    db.execute(insert(Client).values(id=token.client_id, secret_hash=hash_secret(secret), created_at=now))
    return token


async def _upgraded_hash(auth: Auth, account: Account, password: str, form: str, claim: Claim) -> str | None:
    """Hash a password by the parameters of today, if its hash is of others, or of another form."""
    if not auth.passwords.needs_upgrade(account.password_hash, form):
        return None
    return await auth.passwords.hash(password, claim)


def start_session(db: Connection, now: datetime, client: ClientView | None, user_id: str, settings: Settings,
                   request_info: RequestInfo, kept: bool, *, pending: bool = False, tell: str | None = None
                   ) -> SignedIn:
    """Sign a user in on a client.

    :param tell: their address, if they are to be told of a client that they were never signed in on before
    """
    token = renew_client(db, now, client)
    limits = settings.lifetimes(kept=kept)
    lifetimes = {'last_active_at': now, 'authenticated_at': now, 'expire_at': now + limits.absolute,
                 'abandon_at': abandon_at(settings, now, kept=kept), 'kept': kept,
                 'user_agent': request_info.user_agent,
                 'ip_address': request_info.ip_address, 'last_user_agent': request_info.user_agent,
                 'last_ip_address': request_info.ip_address}
    if pending:
        lifetimes |= {'expire_at': now + PENDING_LIFETIME, 'abandon_at': None}
    lifetimes['status'] = SessionStatus.PENDING if pending else SessionStatus.ACTIVE
    found = db.execute(*_lock_sessions(token.client_id, now)).all()
    db.execute(update(Session).where(col(Session.id).in_([row[0] for row in found if row[2] == SessionStatus.PENDING]))
               .values(status=SessionStatus.REPLACED))
    there = [(found_id, owner) for found_id, owner, status in found if status != SessionStatus.PENDING]
    if settings.single_session_mode and there:
        raise SessionExists
    session_id = next((found_id for found_id, owner in there if owner == user_id), None)
    if session_id is not None:
        db.execute(update(Session).where(col(Session.id) == session_id).values(lifetimes))
        forget_wrong_passwords(db, session_id)
    elif len(there) >= settings.max_accounts:
        raise AccountLimitReached(settings.max_accounts)
    else:
        make_room(db, now, user_id, settings.max_sessions_per_user, request_info)
        session_id, name = new_id('sess'), db.scalar(*_last_name(token.client_id, user_id))
        db.execute(insert(Session).values(id=session_id, user_id=user_id, client_id=token.client_id,
                                          created_at=now,
                                          device_name=name or '', **lifetimes))
        if name is None and tell is not None and settings.sends_mail:
            tell_of_new_device(db, now, user_id=user_id, to=tell, user_agent=request_info.user_agent)
    db.execute(update(Client).where(col(Client.id) == token.client_id).values(active_session_id=session_id))
    record(db, AuditAction.SIGNED_IN, now, [Subject(user_id, token.client_id, session_id)], request_info)
    return SignedIn(user_id, session_id, token)


@built_once
def _last_name(client_id: str, user_id: str):
    """What this user called this device when they were signed in on it before; no row if they never were."""
    return (select(col(Session.device_name))
            .where(col(Session.client_id) == client_id, col(Session.user_id) == user_id)
            .order_by(col(Session.created_at).desc()).limit(1))


@built_once
def _lock_sessions(client_id: str, now: datetime):
    return (select(col(Session.id), col(Session.user_id), col(Session.status))
            .where(col(Session.client_id) == client_id, alive(now), col(User.id) == Session.user_id,
                   col(User.disabled).is_(False))
            .order_by(col(Session.created_at), col(Session.id))
            .with_for_update(of=Session, key_share=True))  # the one that is used again can't end meanwhile
