"""What a person may do with their own account: change the name and the password, and delete it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, exists, literal_column, select, update

from models import AuditAction, one_of
from models.tables import audit_event, client, session, user, wrong_passwords

from ..credentials.passwords import check_password
from ..credentials.tokens import ClientToken
from ..errors import ParamInvalid, PasswordIncorrect
from ..requests.request_info import RequestInfo
from .actor import Acting, acting
from .audit import Subject, record
from .clients import ClientView
from .context import Auth
from .current_password import WRONG, check_current_password
from .devices import revoke_elsewhere
from .sign_in import renew_client
from .users import check_names

DELETE_CONFIRMATION = 'delete my account'
"""What has to be typed before an account is deleted."""

_RENAME = update(user).where(user.c.id == bindparam('the_user'))
_CHANGE_PASSWORD = (
    update(user)
    .where(user.c.id == bindparam('the_user'), user.c.password_hash == bindparam('the_old_hash'))
    .values(password_hash=bindparam('the_new_hash'), password_changed_at=bindparam('now'))
    .returning(user.c.id)
)
_CLIENTS_OF_USER = (
    select(client.c.id)
    .where(client.c.id.in_(select(session.c.client_id).where(session.c.user_id == bindparam('the_user'))))
    .order_by(client.c.id).with_for_update()  # before their sessions, as everybody takes them
)
_DELETE_WRONG_PASSWORDS = delete(wrong_passwords).where(
    wrong_passwords.c.session_id.in_(select(session.c.id).where(session.c.user_id == bindparam('the_user'))))
_DELETE_SESSIONS = delete(session).where(session.c.user_id == bindparam('the_user'))
_DELETE_USER = delete(user).where(user.c.id == bindparam('the_user'))
_DELETE_CLIENTS_LEFT_EMPTY = delete(client).where(one_of(client.c.id, 'the_clients'),
                                                  ~exists().where(session.c.client_id == client.c.id))
_FORGET_WHERE = (update(audit_event).where(audit_event.c.user_id == bindparam('the_user'))
                 .values(ip_address='', user_agent=''))
_FORGET_WHERE_FOR_OTHERS = (  # an administrator's address; "is not empty" is what the index is of
    update(audit_event).where(audit_event.c.actor != literal_column("''"), audit_event.c.actor == bindparam('the_user'))
    .values(ip_address='', user_agent='')
)


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """What a change of password did. The token belongs in the cookie and nowhere else."""

    revoked: int
    """How many other devices were signed out."""
    token: ClientToken = field(repr=False)


async def change_name(auth: Auth, client: ClientView | None, *, first_name: str | None = None,
                      last_name: str | None = None, request_info: RequestInfo,
                      acting_session_id: str | None = None) -> None:
    """Give the person who acts another name; the part that is not given stays as it is.

    :param acting_session_id: the session of the client in which they act; by default the active one
    :raises ParamInvalid: if it is too long
    :raises NotSignedIn: if nobody is signed in
    :raises StoreAway: if the store can't be reached
    """
    now = auth.now()
    async with auth.transaction() as db:
        who = await acting(db, client, now, acting_session_id)
        check_names(first_name or '', last_name or '')
        given = {part: name.strip() for part, name in (('first_name', first_name), ('last_name', last_name))
                 if name is not None}
        if given:
            await db.execute(_RENAME.values(given), {'the_user': who.user_id})
            await record(db, AuditAction.NAME_CHANGED, now, [_subject(who)], request_info)


async def change_password(auth: Auth, client: ClientView | None, *, current_password: str, new_password: str,
                          sign_out_others: bool, request_info: RequestInfo, acting_session_id: str | None = None
                          ) -> PasswordChanged:
    """Change the password of the person who acts; this client gets a new secret (ASVS 7.2.4, 7.4.3).

    :param sign_out_others: whether their sessions on all other devices end
    :param acting_session_id: the session of the client in which they act; by default the active one
    :raises PasswordIncorrect: if the current password is wrong; then nothing is changed
    :raises AuthError: naming the field to correct; or ``NotSignedIn``, ``StoreAway``
    """
    who = await _who(auth, client, acting_session_id)
    await check_current_password(auth, client, who, current_password, param='current_password',
                                 request_info=request_info)
    check_password(new_password, email_address=who.email_address, param='new_password')
    if new_password == current_password:
        raise ParamInvalid('That is the password you have. Choose another one.', param='new_password')
    new_hash = await auth.passwords.hash(new_password)
    now = auth.now()
    async with auth.transaction() as db:
        await acting(db, client, now, who.session_id)  # hashing took its time: they may have been signed out since
        changed = await db.execute(_CHANGE_PASSWORD, {'the_user': who.user_id, 'the_old_hash': who.password_hash,
                                                      'the_new_hash': new_hash, 'now': now})
        if changed.first() is None:
            raise PasswordIncorrect(WRONG, param='current_password')
        await record(db, AuditAction.PASSWORD_CHANGED, now, [_subject(who)], request_info)
        revoked = await revoke_elsewhere(db, who.user_id, who.client_id, now, request_info) if sign_out_others else 0
        return PasswordChanged(revoked, await renew_client(db, client, now))


async def delete_account(auth: Auth, client: ClientView | None, *, password: str, confirmation: str,
                         request_info: RequestInfo, acting_session_id: str | None = None) -> None:
    """Delete the account of the person who acts, with all its sessions. Of the audit log only ids and times stay.

    :param confirmation: what they typed to confirm it: ``DELETE_CONFIRMATION``
    :param acting_session_id: the session of the client in which they act; by default the active one
    :raises ParamInvalid: if it is something else
    :raises PasswordIncorrect: if the password is wrong
    :raises NotSignedIn: if nobody is signed in
    :raises StoreAway: if the store can't be reached; then nothing was deleted
    """
    who = await _who(auth, client, acting_session_id)
    if confirmation.strip().lower() != DELETE_CONFIRMATION:
        raise ParamInvalid(f'Type "{DELETE_CONFIRMATION}" to confirm it. Nothing was deleted.', param='confirmation')
    await check_current_password(auth, client, who, password, param='password', request_info=request_info)
    now = auth.now()
    async with auth.transaction() as db:
        if (await acting(db, client, now, who.session_id)).password_hash != who.password_hash:
            raise PasswordIncorrect(WRONG, param='password')  # it was changed while this one was hashed
        asked = {'the_user': who.user_id}
        clients = [row[0] for row in await db.execute(_CLIENTS_OF_USER, asked)]
        await db.execute(_DELETE_WRONG_PASSWORDS, asked)
        await db.execute(_DELETE_SESSIONS, asked)
        await db.execute(_DELETE_USER, asked)
        await db.execute(_DELETE_CLIENTS_LEFT_EMPTY, {'the_clients': clients})
        await record(db, AuditAction.ACCOUNT_DELETED, now, [_subject(who)], request_info)
        await db.execute(_FORGET_WHERE, asked)
        await db.execute(_FORGET_WHERE_FOR_OTHERS, asked)


async def _who(auth: Auth, client: ClientView | None, session_id: str | None) -> Acting:
    async with auth.read() as connection:
        return await acting(connection, client, auth.now(), session_id)


def _subject(who: Acting) -> Subject:
    return Subject(who.user_id, who.client_id, who.session_id)
