"""The current password, asked for again before what matters most: one check, few guesses, and a trace of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, insert, select, update

from models import AuditAction, SessionStatus
from models.tables import session, wrong_passwords

from ..errors import ParamMissing, PasswordIncorrect, TooBusy, TooManyWrongPasswords
from ..requests.request_info import RequestInfo
from .actor import Acting, acting
from .audit import Subject, record, record_attempt
from .clients import ClientView
from .context import Auth, Connection
from .sessions import ending, signed_in_now

GUESSES = 5
"""Wrong ones in a row, and the session has to sign in anew: it may be in the hands of somebody else (ASVS 6.3.1)."""

WRONG = 'That is not your password. Nothing was changed. Try again.'

_OF_SESSION = wrong_passwords.c.session_id == bindparam('the_session')
_COUNT_ONE_MORE = (
    update(wrong_passwords).where(_OF_SESSION, wrong_passwords.c.count < GUESSES)
    .values(count=wrong_passwords.c.count + 1).returning(wrong_passwords.c.count)
)
_COUNT_ONE_LESS = (update(wrong_passwords).where(_OF_SESSION, wrong_passwords.c.count > 0)
                   .values(count=wrong_passwords.c.count - 1))
_ARE_USED_UP = exists().where(_OF_SESSION, wrong_passwords.c.count >= GUESSES)
_ANY = select(wrong_passwords.c.count).where(_OF_SESSION)
_FORGET = delete(wrong_passwords).where(_OF_SESSION)
_END_IF_USED_UP = (
    ending(select(session.c.id).where(session.c.id == bindparam('the_session'), signed_in_now(), _ARE_USED_UP))
    .values(status=SessionStatus.REVOKED).returning(session.c.id)
)


async def check_current_password(auth: Auth, client: ClientView | None, who: Acting, password: str, *, param: str,
                                 request_info: RequestInfo) -> None:
    """Go on only with the password of the person who acts.

    A guess is counted before it is hashed, so very many at once are no more than they are one after the other.

    :param param: the name of the field it was typed into
    :raises PasswordIncorrect: if it is wrong; the audit log tells of it, although nothing was done
    :raises TooManyWrongPasswords: if there are no guesses left; then the session has ended
    :raises AuthError: ``ParamMissing``, ``NotSignedIn``, ``TooBusy`` or ``StoreAway``, which are no guesses
    """
    if not password:
        raise ParamMissing('Enter your password.', param=param)
    await _take_a_guess(auth, client, who, request_info)
    try:
        right = await auth.passwords.verify(password, who.password_hash)
    except TooBusy:
        async with auth.transaction() as db:
            await db.execute(_COUNT_ONE_LESS, {'the_session': who.session_id})
        raise
    now = auth.now()
    async with auth.transaction() as db:
        if right:
            await forget_wrong_passwords(db, who.session_id)
            return
        await record_attempt(db, AuditAction.WRONG_PASSWORD, now, _subject(who), request_info)
        ended = await _end_if_used_up(db, who, now, request_info)
    raise TooManyWrongPasswords if ended else PasswordIncorrect(WRONG, param=param)


async def forget_wrong_passwords(db: Connection, session_id: str) -> None:
    """Begin to count anew, since the right password was given."""
    await db.execute(_FORGET, {'the_session': session_id})


async def _take_a_guess(auth: Auth, client: ClientView | None, who: Acting, request_info: RequestInfo) -> None:
    """Count a guess before anybody knows what it is worth."""
    now, asked = auth.now(), {'the_session': who.session_id}
    async with auth.transaction() as db:
        await acting(db, client, now, who.session_id)  # held, so that two do not both take the first guess
        if (await db.execute(_COUNT_ONE_MORE, asked)).first() is not None:
            return
        if (await db.execute(_ANY, asked)).first() is None:
            await db.execute(insert(wrong_passwords), {'session_id': who.session_id, 'count': 1})
            return
        await _end_if_used_up(db, who, now, request_info)
    raise TooManyWrongPasswords


async def _end_if_used_up(db: Connection, who: Acting, now: datetime, request_info: RequestInfo) -> bool:
    """End the session if it has no guesses left; returns whether this has ended it."""
    ended = (await db.execute(_END_IF_USED_UP, {'the_session': who.session_id, 'now': now})).first()
    if ended is not None:
        await record(db, AuditAction.REVOKED, now, [_subject(who)], request_info)
    return ended is not None


def _subject(who: Acting) -> Subject:
    return Subject(who.user_id, who.client_id, who.session_id)
