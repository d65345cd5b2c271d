"""The current password, asked for again before what matters most: one check, few guesses, and a trace of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlmodel import col

from models import AuditAction, Session, SessionStatus, WrongPasswords

from ..credentials.passwords import is_too_long
from ..errors import ParamMissing, PasswordIncorrect, TooBusy, TooManyWrongPasswords
from ..language import N_
from ..requests.request_info import RequestInfo
from .actor import Actor, find_actor
from .audit import record, record_attempt
from .buckets import give_back
from .clients import ClientView
from .context import Auth
from .limits import Act, Limits, Taken, succeeded
from .sessions import ending, signed_in

GUESSES = 5
"""Wrong ones in a row, and the session has to sign in anew: it may be in the hands of somebody else (ASVS 6.3.1)."""

WRONG = N_('That is not your password. Nothing was changed. Try again.')


async def check_current_password(auth: Auth, client: ClientView | None, actor: Actor, password: str, *, param: str,
                                 request_info: RequestInfo) -> None:
    """Go on only with the password of the person who acts.

    A guess is counted before it is hashed, so very many at once are no more than they are one after the other.

    :param param: the name of the field it was typed into
    :raises PasswordIncorrect: if it is wrong; the audit log tells of it, although nothing was done
    :raises TooManyWrongPasswords: if there are no guesses left; then the session has ended
    :raises LimitReached: if it was tried too often; or ``AccountLocked``
    :raises AuthError: ``ParamMissing``, ``NotSignedIn``, ``TooBusy`` or ``StoreAway``, which are no guesses
    """
    check_given(password, param=param)
    if is_too_long(password):
        raise PasswordIncorrect(WRONG, param=param)
    taken = await auth.run(take_a_guess, client, actor.session_id, request_info, auth.limits)
    if taken is None:
        raise TooManyWrongPasswords
    try:
        right = await auth.passwords.verify(password, actor.password_hash, taken.claim)
    except TooBusy:
        await auth.store.run(give_the_guess_back, actor.session_id, taken)
        raise
    if not right:
        auth.limits.guesses.add(wrong=1)
    if right:
        await auth.store.run(note_right, actor.session_id, taken)
    elif await auth.run(note_wrong, actor, request_info):
        raise TooManyWrongPasswords
    else:
        raise PasswordIncorrect(WRONG, param=param)


def check_given(password: str, *, param: str) -> None:
    """Refuse none, which is no guess.

    :raises ParamMissing: naming the field
    """
    if not password:
        raise ParamMissing(N_('Enter your password.'), param=param)


def take_a_guess(db: Connection, now: datetime, client: ClientView | None, session_id: str,
                 request_info: RequestInfo, limits: Limits) -> Taken | None:
    """Count a guess before anybody knows what it is worth; returns None if there was none left, and ends the session.

    :raises LimitReached: if the browser has tried too many in its sessions; or ``AccountLocked``
    """
    actor = find_actor(db, now, client, session_id, lock=True)  # so that two do not both take the first guess
    one_more = (update(WrongPasswords)
                .where(col(WrongPasswords.session_id) == session_id, col(WrongPasswords.count) < GUESSES)
                .values(count=col(WrongPasswords.count) + 1).returning(col(WrongPasswords.count)))
    if db.execute(one_more).first() is None:
        any_before = select(col(WrongPasswords.count)).where(col(WrongPasswords.session_id) == session_id)
        if db.execute(any_before).first() is not None:
            _end_if_used_up(db, now, actor, request_info)
            return None
        db.execute(insert(WrongPasswords).values(session_id=session_id, count=1))
    return limits.count(db, Act.CURRENT_PASSWORD, account=actor.user_id, client_id=actor.client_id)


def give_the_guess_back(db: Connection, session_id: str, taken: Taken) -> None:
    """Count one guess less, since it was not looked at."""
    db.execute(update(WrongPasswords)
               .where(col(WrongPasswords.session_id) == session_id, col(WrongPasswords.count) > 0)
               .values(count=col(WrongPasswords.count) - 1))
    give_back(db, taken.buckets)


def note_right(db: Connection, session_id: str, taken: Taken) -> None:
    """Begin to count anew, in the session and for the account, since the right password was given."""
    forget_wrong_passwords(db, session_id)
    succeeded(db, taken)


def note_wrong(db: Connection, now: datetime, actor: Actor, request_info: RequestInfo) -> bool:
    """Tell of a wrong guess in the audit log; returns whether it was the last one, and the session has ended."""
    record_attempt(db, now, AuditAction.WRONG_PASSWORD, actor.as_subject, request_info)
    return _end_if_used_up(db, now, actor, request_info)


def forget_wrong_passwords(db: Connection, session_id: str) -> None:
    """Begin to count anew, since the right password was given."""
    db.execute(delete(WrongPasswords).where(col(WrongPasswords.session_id) == session_id))


def _end_if_used_up(db: Connection, now: datetime, actor: Actor, request_info: RequestInfo) -> bool:
    """End the session if it has no guesses left; returns whether this has ended it."""
    are_used_up = exists().where(col(WrongPasswords.session_id) == actor.session_id,
                                 col(WrongPasswords.count) >= GUESSES)
    those = select(col(Session.id)).where(col(Session.id) == actor.session_id, signed_in(now), are_used_up)
    ended = db.execute(ending(those).values(status=SessionStatus.REVOKED).returning(col(Session.id))).first()
    if ended is not None:
        record(db, AuditAction.REVOKED, now, [actor.as_subject], request_info)
    return ended is not None
