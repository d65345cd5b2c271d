"""Signing in somebody who has proved who they are in another way than by a password, such as at another site."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from models import AuditAction, User
from models.normal_forms import stored_address
from models.statements import built_once

from ..errors import (
    AccountLimitReached,
    AddressUnconfirmed,
    ClientRenewed,
    SessionExists,
    UserDisabled,
    UserNotFound,
)
from ..requests.request_info import RequestInfo
from ..settings import Settings
from .audit import Subject, record_attempt
from .clients import ClientView
from .context import Auth
from .sign_in import SignedIn, start_session


async def sign_in_proven(auth: Auth, client: ClientView | None, user: str, *, request_info: RequestInfo,
                         keep_signed_in: bool = False) -> SignedIn:
    """Sign a user in on a client, and give the client a new secret, as ``sign_in`` does.

    Nothing is guessed here, so no attempt is counted; all other limits hold. A password that an administrator has given
    and nobody has changed is no hindrance: it was not used.

    :param user: their id, or their email address
    :param client: the browser that asks, if it has a client already
    :raises UserNotFound: if there is no such user
    :raises AddressUnconfirmed: if it is an address, and anybody could have signed up with it
    :raises AuthError: or ``UserDisabled``, ``SessionExists``, ``AccountLimitReached``, ``ClientRenewed``, ``StoreAway``
    """
    try:
        return await auth.run(sign_in_user, client, user, settings=auth.settings, request_info=request_info,
                              keep_signed_in=keep_signed_in)
    except (AddressUnconfirmed, UserDisabled, SessionExists, AccountLimitReached, ClientRenewed):
        await auth.run(_note_refused, user, request_info)
        raise


def sign_in_user(db: Connection, now: datetime, client: ClientView | None, user: str, *, settings: Settings,
                 request_info: RequestInfo, keep_signed_in: bool = False) -> SignedIn:
    """Start a session of a user; see ``sign_in_proven``."""
    found = db.execute(*_lock_user(user, stored_address(user))).first()
    if found is None:
        raise UserNotFound
    user_id, address, is_disabled, confirmed_at = found
    if is_disabled:
        raise UserDisabled
    anybody_may_have_made_it = settings.sign_up == 'open' and not settings.sends_mail and confirmed_at is None
    if user != user_id and anybody_may_have_made_it:  # and knows its password: whoever comes now would share it
        raise AddressUnconfirmed
    return start_session(db, now, client, user_id, settings, request_info, keep_signed_in, tell=address)


def _note_refused(db: Connection, now: datetime, user: str, request_info: RequestInfo) -> None:
    found = db.execute(*_lock_user(user, stored_address(user))).first()
    if found is not None:
        record_attempt(db, now, AuditAction.SIGN_IN_REFUSED, Subject(found[0]), request_info)


@built_once
def _lock_user(user_id: str, address: str):
    return (select(col(User.id), col(User.email_address), col(User.disabled), col(User.address_confirmed_at))
            .where((col(User.id) == user_id) | (col(User.email_address) == address)).with_for_update(key_share=True))
