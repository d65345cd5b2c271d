"""A pending session: somebody has signed in with a password that was given to them, and has to choose their own first.

Until they have, the session counts as not signed in, for pages, acts and the Frontend API alike. It lasts for an hour,
and there is one in a browser at most: the next sign-in there replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from models import AuditAction, Client, Session, SessionStatus, User
from models.statements import columns

from ..credentials.tokens import ClientToken
from ..errors import NotSignedIn, ParamInvalid
from ..language import N_
from ..requests.request_info import RequestInfo
from ..settings import Settings
from . import mails
from .audit import Subject, record
from .buckets import forget_of
from .clients import ClientView
from .context import Auth
from .devices import revoke_elsewhere
from .mail import post
from .new_passwords import Person, check_new_password
from .sessions import abandon_at
from .sign_in import renew_client

TASK = 'reset-password'
"""What Clerk calls it that a new password has to be chosen."""


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """What a change of password did. The token belongs in the cookie and nowhere else."""

    revoked: int
    """How many other devices were signed out."""
    token: ClientToken = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who has to choose a password, and the session in which they do."""

    subject: Subject
    person: Person
    kept: bool
    password_hash: str = field(repr=False)
    """Of the password that they were given."""


async def choose_password(auth: Auth, client: ClientView | None, session_id: str, *, new_password: str,
                          request_info: RequestInfo) -> PasswordChanged:
    """Choose a password in place of the one that was given; then they are signed in, and nowhere else.

    The one that was given is not asked for again: it was typed to come here.

    :param session_id: the pending session
    :raises NotSignedIn: if it has ended
    :raises AuthError: naming the field to correct; or ``TooBusy``, ``StoreAway``
    """
    found = await auth.read(_find, client, session_id)
    await check_new_password(auth, new_password, found.person, param='new_password')
    if await auth.passwords.verify(new_password, found.password_hash):
        raise ParamInvalid(N_('That is the password you were given. Choose one of your own.'), param='new_password')
    new_hash = await auth.passwords.hash(new_password)
    return await auth.run(_store, client, found, new_hash, settings=auth.settings, request_info=request_info)


def _store(db: Connection, now: datetime, client: ClientView | None, found: Pending, new_hash: str, *,
           settings: Settings, request_info: RequestInfo) -> PasswordChanged:
    user_id, client_id, session_id = found.subject.user_id, found.subject.client_id, found.subject.session_id
    if user_id is None or client_id is None or session_id is None:
        raise NotSignedIn
    if _find(db, now, client, session_id, lock=True).password_hash != found.password_hash:
        raise NotSignedIn  # it was set anew meanwhile
    db.execute(update(User).where(col(User.id) == user_id)
               .values(password_hash=new_hash, password_changed_at=now, password_given_at=None))
    forget_of(db, user_id)
    record(db, AuditAction.PASSWORD_CHANGED, now, [found.subject], request_info)
    post(db, now, to=found.person.email_address, mail=mails.PasswordChanged(), user_id=user_id)
    revoked = revoke_elsewhere(db, now, user_id, client_id, request_info)
    token = renew_client(db, now, client)
    db.execute(update(Session).where(col(Session.id) == session_id).values(
        status=SessionStatus.ACTIVE, expire_at=now + settings.lifetimes(kept=found.kept).absolute, last_active_at=now,
        abandon_at=abandon_at(settings, now, kept=found.kept)))
    db.execute(update(Client).where(col(Client.id) == client_id).values(active_session_id=session_id))
    return PasswordChanged(revoked, token)


def _find(db: Connection, now: datetime, client: ClientView | None, session_id: str, *, lock: bool = False) -> Pending:
    if client is None:
        raise NotSignedIn
    query = (select(*columns(User.id, User.email_address, User.first_name, User.last_name, Session.kept,
                             User.password_hash))
             .where(col(Session.id) == session_id, col(Session.client_id) == client.id,
                    col(Session.status) == SessionStatus.PENDING, col(Session.expire_at) > now,
                    col(Client.id) == Session.client_id, col(Client.secret_hash) == client.secret_hash,
                    col(User.id) == Session.user_id, col(User.disabled).is_(False)))
    row = db.execute(query.with_for_update(of=[User, Client, Session], key_share=True) if lock else query).first()
    if row is None:
        raise NotSignedIn
    return Pending(Subject(row[0], client.id, session_id), Person(*row[1:4]), row[4], row[5])
