"""Signing up and signing in: the only two ways a session comes to be."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import AuditAction, SessionStatus
from models.tables import client as client_table
from models.tables import session as session_table
from models.tables import user as user_table
from models.types import new_id

from .audit import Subject, record
from .clients import ClientView
from .context import Auth
from .errors import (
    AccountLimitReached,
    ClientRenewed,
    IdentifierExists,
    ParamInvalid,
    ParamMissing,
    PasswordIncorrect,
    SessionExists,
    UserDisabled,
)
from .passwords import check_password
from .sessions import abandon_at, signed_in_now
from .tokens import ClientToken, hash_secret, new_secret
from .visitor import Visitor

MAX_NAME = 100
"""Characters of a first or last name."""

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

_ADD_USER = insert(user_table)
_FIND_USER = select(user_table.c.id, user_table.c.password_hash, user_table.c.disabled).where(
    user_table.c.email_address == bindparam('email_address'))
_FIND_SESSIONS = (
    select(session_table.c.id, session_table.c.user_id)
    .where(session_table.c.client_id == bindparam('client'), signed_in_now(),
           user_table.c.id == session_table.c.user_id, user_table.c.disabled.is_(False))
    .order_by(session_table.c.created_at, session_table.c.id)
    .with_for_update(of=session_table, key_share=True)  # the one that is used again can't end meanwhile
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in or sign-up made. The token belongs in the cookie and nowhere else."""

    user_id: str
    session_id: str
    token: ClientToken = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user whose values were checked and whose password was hashed; see ``check_new_user``."""

    email_address: str
    first_name: str
    last_name: str
    password_hash: str = field(repr=False)


async def sign_up(auth: Auth, client: ClientView | None, *, email_address: str, password: str,
                  first_name: str = '', last_name: str = '', visitor: Visitor) -> SignedIn:
    """Make a user and sign them in, both or neither.

    :param client: the browser that asks, if it has a client already
    :raises AuthError: naming the field to correct; or ``SessionExists``, ``ClientRenewed``, ``StoreAway``
    """
    new = await check_new_user(auth, email_address=email_address, password=password, first_name=first_name,
                               last_name=last_name)
    now = auth.now()
    async with auth.transaction() as db:
        user_id = await add_user(db, new, now)
        await record(db, AuditAction.SIGNED_UP, now, [Subject(user_id)], visitor)
        return await _start_session(auth, db, client, user_id, now, visitor)


async def sign_in(auth: Auth, client: ClientView | None, *, identifier: str, password: str,
                  visitor: Visitor) -> SignedIn:
    """Sign a user in on a client, and give the client a new secret (ASVS 7.2.4).

    The same user signing in again goes on with the session they have here, for another lifetime.

    :param client: the browser that asks, if it has a client already
    :raises PasswordIncorrect: for a wrong password and for an unknown address alike, after the same time
    :raises AuthError: naming the field to correct; or ``UserDisabled``, ``SessionExists``, ``ClientRenewed``,
        ``StoreAway``
    """
    if not identifier.strip():
        raise ParamMissing('Enter your email address.', param='identifier')
    if not password:
        raise ParamMissing('Enter your password.', param='password')
    found = await _find_user(auth, identifier)
    right = await auth.passwords.verify(password, found and found.password_hash)
    now = auth.now()
    if not right or found is None:
        async with auth.transaction() as db:
            await record(db, AuditAction.SIGN_IN_FAILED, now, [Subject(found and found.id)], visitor)
        raise PasswordIncorrect(param='password')
    upgraded = await auth.passwords.hash(password) if auth.passwords.needs_upgrade(found.password_hash) else None
    async with auth.transaction() as db:
        # The hash took its time: the user may have been disabled, deleted or given another password since.
        unchanged = (await db.execute(
            update(user_table).where(user_table.c.id == found.id, user_table.c.password_hash == found.password_hash)
            .values(password_hash=upgraded or found.password_hash).returning(user_table.c.disabled))).first()
        if unchanged is None:
            raise PasswordIncorrect(param='password')
        if unchanged.disabled:
            raise UserDisabled(param='identifier')
        return await _start_session(auth, db, client, found.id, now, visitor)


async def check_new_user(auth: Auth, *, email_address: str, password: str, first_name: str, last_name: str) -> NewUser:
    """Check what a new user is made of, and hash the password; nothing is stored yet.

    :raises AuthError: naming the field to correct
    """
    email_address = normal_address(email_address)
    check_password(password, email_address=email_address)
    check_names(first_name, last_name)
    return NewUser(email_address, first_name.strip(), last_name.strip(), await auth.passwords.hash(password))


async def add_user(db: AsyncSession, new: NewUser, now: datetime, *, is_admin: bool = False) -> str:
    """Within a transaction: write a user; returns the id.

    :raises IdentifierExists: if somebody has the address
    """
    user_id = new_id('user')
    try:
        await db.execute(_ADD_USER, {
            'id': user_id, 'email_address': new.email_address, 'first_name': new.first_name,
            'last_name': new.last_name, 'password_hash': new.password_hash, 'password_changed_at': now,
            'is_admin': is_admin, 'disabled': False, 'created_at': now})
    except IntegrityError as error:
        raise IdentifierExists(param='email_address') from error
    return user_id


def check_names(first_name: str, last_name: str) -> None:
    """Refuse names that are too long.

    :raises ParamInvalid: naming the field
    """
    for param, name in (('first_name', first_name), ('last_name', last_name)):
        if len(name) > MAX_NAME:
            raise ParamInvalid(f'Names may have {MAX_NAME} characters at most. Make it shorter.', param=param)


def normal_address(email_address: str) -> str:
    """Write an address in the one way it is stored: no spaces around it, and letter case does not count.

    Only ASCII letters are lowered. Lowering others would make one address out of two that merely look alike.

    :raises AuthError: if it is no address
    """
    if not email_address.strip():
        raise ParamMissing('Enter your email address.', param='email_address')
    try:
        checked = validate_email(email_address.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ParamInvalid('That is not an email address. Write it like you@example.com.', param='email_address'
                           ) from error
    return checked.normalized.translate(_ASCII_LOWER)


async def _find_user(auth: Auth, identifier: str) -> Any:
    try:
        email_address = normal_address(identifier)
    except (ParamInvalid, ParamMissing):
        return None
    async with auth.read() as connection:
        return (await connection.execute(_FIND_USER, {'email_address': email_address})).first()


async def _start_session(auth: Auth, db: AsyncSession, client: ClientView | None, user_id: str, now: datetime,
                         visitor: Visitor) -> SignedIn:
    token = await renew_client(db, client, now)
    lifetimes = {'last_active_at': now, 'expire_at': now + auth.settings.session_lifetime,
                 'abandon_at': abandon_at(auth, now), 'user_agent': visitor.user_agent,
                 'ip_address': visitor.ip_address}
    signed_in = (await db.execute(_FIND_SESSIONS, {'client': token.client_id, 'now': now})).all()
    if auth.settings.single_session_mode and signed_in:
        raise SessionExists
    session_id = next((row.id for row in signed_in if row.user_id == user_id), None)
    if session_id is not None:
        await db.execute(update(session_table).where(session_table.c.id == session_id).values(lifetimes))
    elif len(signed_in) >= auth.settings.max_accounts:
        raise AccountLimitReached(auth.settings.max_accounts)
    else:
        session_id = new_id('sess')
        await db.execute(insert(session_table), {
            'id': session_id, 'user_id': user_id, 'client_id': token.client_id, 'status': SessionStatus.ACTIVE,
            'created_at': now, **lifetimes})
    await db.execute(update(client_table).where(client_table.c.id == token.client_id)
                     .values(active_session_id=session_id))
    await record(db, AuditAction.SIGNED_IN, now, [Subject(user_id, token.client_id, session_id)], visitor)
    return SignedIn(user_id, session_id, token)


async def renew_client(db: AsyncSession, client: ClientView | None, now: datetime) -> ClientToken:
    """Give the client a new secret, or make one; whoever knew the old one, such as who planted it, has nothing now.

    :raises ClientRenewed: if it was given another secret since it was read
    """
    secret = new_secret()
    if client is not None:
        renewed = await db.execute(
            update(client_table)
            .where(client_table.c.id == client.id, client_table.c.secret_hash == client.secret_hash)
            .values(secret_hash=hash_secret(secret)).returning(client_table.c.id))
        if renewed.first() is None:  # a client of its own would take the place of the one with the other accounts
            raise ClientRenewed
        return ClientToken(client.id, secret)
    token = ClientToken(new_id('client'), secret)
    await db.execute(insert(client_table), {'id': token.client_id, 'secret_hash': hash_secret(secret),
                                            'created_at': now})
    return token
