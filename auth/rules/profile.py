"""What a person may do with their own account: change the name and the password, and delete it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, update
from sqlmodel import col

from models import AuditAction, Session, User
from models.written_by_sql import bring_into_form

from ..credentials.passwords import normal_password
from ..errors import ParamInvalid, PasswordIncorrect
from ..language import N_
from ..monitoring.committed import note
from ..refusals import Refusals
from ..requests.request_info import RequestInfo
from . import mails
from .actor import Actor, find_actor
from .audit import record
from .buckets import forget_of
from .clients import ClientView
from .context import Auth
from .current_password import WRONG, check_current_password, check_given
from .devices import revoke_elsewhere
from .erasure import erase
from .last_administrator import check_deletable, lock_administrators
from .mail import post
from .new_passwords import Person, check_new_password, read_person
from .pending import PasswordChanged, choose_password
from .recent import LONG_AGO
from .sign_in import renew_client
from .users import checked_names

DELETE_CONFIRMATION = N_('delete my account')
"""What has to be typed before an account is deleted."""


def change_name(db: Connection, now: datetime, client: ClientView | None, *, first_name: str | None = None,
                last_name: str | None = None, request_info: RequestInfo, actor_session_id: str | None = None) -> None:
    """Give the person who acts another name; the part that is not given stays as it is.

    :param actor_session_id: the session of the client in which they act; by default the active one
    :raises ParamInvalid: if it is too long
    :raises NotSignedIn: if nobody is signed in
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    given = checked_names(first_name, last_name)
    if given:
        db.execute(update(User).where(col(User.id) == actor.user_id).values(given))
        bring_into_form(db, user_id=actor.user_id)
        record(db, AuditAction.NAME_CHANGED, now, [actor.as_subject], request_info)


async def change_password(auth: Auth, client: ClientView | None, *, current_password: str, new_password: str,
                          sign_out_others: bool, request_info: RequestInfo, actor_session_id: str | None = None
                          ) -> PasswordChanged:
    """Change the password of the person who acts; this client gets a new secret (ASVS 7.2.4, 7.4.3).

    In a pending session, the one that was given to them is neither asked for nor looked at.

    :param sign_out_others: whether their sessions on all other devices end
    :param actor_session_id: the session of the client in which they act; by default the active one
    :raises PasswordIncorrect: if the current password is wrong; then nothing is changed
    :raises AuthError: naming the field to correct; or ``NotSignedIn``, ``StoreAway``
    """
    pending = client and client.pending_session(auth.now())
    if pending is not None and actor_session_id in {None, pending.id}:
        return await choose_password(auth, client, pending.id, new_password=new_password, request_info=request_info)
    actor = await auth.read(find_actor, client, actor_session_id)
    person = await auth.store.read(read_person, actor.user_id) or Person(actor.email_address)
    refusals = Refusals()
    with refusals.collect():
        check_given(current_password, param='current_password')
    with refusals.collect():
        await check_new_password(auth, new_password, person, param='new_password')
    refusals.check()  # before a guess is taken, for nothing could be changed
    await check_current_password(auth, client, actor, current_password, param='current_password',
                                 request_info=request_info)
    if normal_password(new_password) == normal_password(current_password):
        raise ParamInvalid(N_('That is the password you have. Choose another one.'), param='new_password')
    new_hash = await auth.passwords.hash(new_password)
    return await auth.run(store_password, client, actor, new_hash, sign_out_others=sign_out_others,
                          request_info=request_info)


def store_password(db: Connection, now: datetime, client: ClientView | None, actor: Actor, new_hash: str, *,
                   sign_out_others: bool, request_info: RequestInfo) -> PasswordChanged:
    """Store the hash of a new password.

    :param actor: as they were when the current password was checked
    :raises NotSignedIn: if they were signed out while it was hashed
    :raises PasswordIncorrect: if the password was changed meanwhile
    """
    find_actor(db, now, client, actor.session_id, lock=True)
    changed = db.execute(
        update(User).where(col(User.id) == actor.user_id, col(User.password_hash) == actor.password_hash)
        .values(password_hash=new_hash, password_changed_at=now, password_given_at=None).returning(col(User.id)))
    if changed.first() is None:
        raise PasswordIncorrect(WRONG, param='current_password')
    forget_of(db, actor.user_id)
    # Whoever has given the old password elsewhere has to give the new one before anything that asks for it.
    db.execute(update(Session).where(col(Session.user_id) == actor.user_id)
               .values(authenticated_at=case((col(Session.id) == actor.session_id, now), else_=LONG_AGO)))
    record(db, AuditAction.PASSWORD_CHANGED, now, [actor.as_subject], request_info)
    post(db, now, to=actor.email_address, mail=mails.PasswordChanged(), user_id=actor.user_id)
    revoked = revoke_elsewhere(db, now, actor.user_id, actor.client_id, request_info) if sign_out_others else 0
    return PasswordChanged(revoked, renew_client(db, now, client))


async def delete_account(auth: Auth, client: ClientView | None, *, password: str, confirmation: str,
                         request_info: RequestInfo, actor_session_id: str | None = None) -> None:
    """Delete the account of the person who acts, with all its sessions. Of the audit log only ids and times stay.

    :param confirmation: what they typed to confirm it: ``DELETE_CONFIRMATION``
    :param actor_session_id: the session of the client in which they act; by default the active one
    :raises ParamInvalid: if it is something else
    :raises PasswordIncorrect: if the password is wrong
    :raises NotSignedIn: if nobody is signed in
    :raises StoreAway: if the store can't be reached; then nothing was deleted
    """
    actor = await auth.read(find_actor, client, actor_session_id)
    refusals = Refusals()
    with refusals.collect():
        if not DELETE_CONFIRMATION.is_typed(confirmation):
            raise ParamInvalid(N_('Type “{words}” to confirm it. Nothing was deleted.', words=DELETE_CONFIRMATION),
                               param='confirmation')
    with refusals.collect():
        check_given(password, param='password')
    refusals.check()
    await check_current_password(auth, client, actor, password, param='password', request_info=request_info)
    await auth.run(delete_user, client, actor)


def delete_user(db: Connection, now: datetime, client: ClientView | None, actor: Actor) -> None:
    """Delete a user, their sessions, and the clients that are left without any.

    :param actor: as they were when the password was checked
    :raises NotSignedIn: if they were signed out while it was hashed
    :raises PasswordIncorrect: if the password was changed meanwhile
    """
    user_id = actor.user_id
    if actor.is_admin:
        lock_administrators(db, user_id)
        check_deletable(db, user_id)
    if find_actor(db, now, client, actor.session_id, lock=True).password_hash != actor.password_hash:
        raise PasswordIncorrect(WRONG, param='password')
    ended = erase(db, user_id)
    record(db, AuditAction.ACCOUNT_DELETED, now, [actor.as_subject])
    note(db, AuditAction.ACCOUNT_DELETED, ended=ended)
