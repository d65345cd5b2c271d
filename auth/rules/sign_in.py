"""Signing up and signing in: the only two ways a session comes to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import AuditAction, SessionStatus
from models.tables import client as client_table
from models.tables import session as session_table
from models.tables import user as user_table
from models.types import new_id

from ..credentials.tokens import ClientToken, hash_secret, new_secret
from ..errors import (
    AccountLimitReached,
    ClientRenewed,
    ParamInvalid,
    ParamMissing,
    PasswordIncorrect,
    SessionExists,
    UserDisabled,
)
from ..requests.request_info import RequestInfo
from .audit import Subject, record, record_attempt
from .clients import ClientView
from .context import Auth
from .current_password import forget_wrong_passwords
from .sessions import abandon_at, signed_in_now
from .users import add_user, check_new_user, normal_address

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


async def sign_up(auth: Auth, client: ClientView | None, *, email_address: str, password: str,
                  first_name: str = '', last_name: str = '', request_info: RequestInfo) -> SignedIn:
    """Make a user and sign them in, both or neither.

    :param client: the browser that asks, if it has a client already
    :raises AuthError: naming the field to correct; or ``SessionExists``, ``ClientRenewed``, ``StoreAway``
    """
    new = await check_new_user(auth, email_address=email_address, password=password, first_name=first_name,
                               last_name=last_name)
    now = auth.now()
    async with auth.transaction() as db:
        user_id = await add_user(db, new, now)
        await record(db, AuditAction.SIGNED_UP, now, [Subject(user_id)], request_info)
        return await _start_session(auth, db, client, user_id, now, request_info)


async def sign_in(auth: Auth, client: ClientView | None, *, identifier: str, password: str,
                  request_info: RequestInfo) -> SignedIn:
    """Sign a user in on a client, and give the client a new secret (ASVS 7.2.4).

    Outside of single-session mode, the same user signing in again goes on with their session, for another lifetime.

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
        await _note(auth, AuditAction.SIGN_IN_FAILED, found and found.id, now, request_info)
        raise PasswordIncorrect(param='password')
    upgraded = await auth.passwords.hash(password) if auth.passwords.needs_upgrade(found.password_hash) else None
    try:
        return await _sign_in(auth, client, found, upgraded, now, request_info)
    except PasswordIncorrect:
        await _note(auth, AuditAction.SIGN_IN_FAILED, found.id, now, request_info)
        raise
    except (UserDisabled, SessionExists, AccountLimitReached, ClientRenewed):
        await _note(auth, AuditAction.SIGN_IN_REFUSED, found.id, now, request_info)  # it told: right password
        raise


async def _sign_in(auth: Auth, client: ClientView | None, found: Any, upgraded: str | None, now: datetime,
                   request_info: RequestInfo) -> SignedIn:
    async with auth.transaction() as db:
        # The hash took its time: the user may have been disabled, deleted or given another password since.
        unchanged = (await db.execute(
            update(user_table).where(user_table.c.id == found.id, user_table.c.password_hash == found.password_hash)
            .values(password_hash=upgraded or found.password_hash).returning(user_table.c.disabled))).first()
        if unchanged is None:
            raise PasswordIncorrect(param='password')
        if unchanged.disabled:
            raise UserDisabled(param='identifier')
        return await _start_session(auth, db, client, found.id, now, request_info)


async def _note(auth: Auth, action: AuditAction, user_id: str | None, now: datetime, request_info: RequestInfo) -> None:
    """Tell of an attempt in the audit log, although it was refused."""
    async with auth.transaction() as db:
        await record_attempt(db, action, now, Subject(user_id), request_info)


async def _find_user(auth: Auth, identifier: str) -> Any:
    try:
        email_address = normal_address(identifier)
    except (ParamInvalid, ParamMissing):
        return None
    async with auth.read() as connection:
        return (await connection.execute(_FIND_USER, {'email_address': email_address})).first()


async def _start_session(auth: Auth, db: AsyncSession, client: ClientView | None, user_id: str, now: datetime,
                         request_info: RequestInfo) -> SignedIn:
    token = await renew_client(db, client, now)
    lifetimes = {'last_active_at': now, 'expire_at': now + auth.settings.session_lifetime,
                 'abandon_at': abandon_at(auth, now), 'user_agent': request_info.user_agent,
                 'ip_address': request_info.ip_address}
    signed_in = (await db.execute(_FIND_SESSIONS, {'client': token.client_id, 'now': now})).all()
    if auth.settings.single_session_mode and signed_in:
        raise SessionExists
    session_id = next((row.id for row in signed_in if row.user_id == user_id), None)
    if session_id is not None:
        await db.execute(update(session_table).where(session_table.c.id == session_id).values(lifetimes))
        await forget_wrong_passwords(db, session_id)
    elif len(signed_in) >= auth.settings.max_accounts:
        raise AccountLimitReached(auth.settings.max_accounts)
    else:
        session_id = new_id('sess')
        await db.execute(insert(session_table), {
            'id': session_id, 'user_id': user_id, 'client_id': token.client_id, 'status': SessionStatus.ACTIVE,
            'created_at': now, **lifetimes})
    await db.execute(update(client_table).where(client_table.c.id == token.client_id)
                     .values(active_session_id=session_id))
    await record(db, AuditAction.SIGNED_IN, now, [Subject(user_id, token.client_id, session_id)], request_info)
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
