"""The proof that an address is somebody's: a code that is mailed to it, typed where it was asked for.

Where somebody else has the address, everything is the same but that no code is mailed, so none is right.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlmodel import col

from models import AddressConfirmation
from models.statements import columns
from models.types import new_id

from ..credentials.codes import hash_code, typed_code
from ..credentials.tokens import hash_secret
from ..errors import AuthError, ParamMissing
from ..language import N_
from .limits import Act, Limits
from .mail import post
from .mailed_codes import CODE_LIFETIME, LIFETIME
from .mails.kind import Mail

GUESSES = 5
"""Of a code. The chance to guess one of a million is 1 in 200,000 then."""

CODES = 5
"""How many are mailed for one address that waits."""

ASKED_TWICE = timedelta(seconds=15)
"""Who asks again so soon pressed a button twice, or is a client that asks for the first code as well."""


class CodeIncorrect(AuthError):
    """Not the code that was mailed."""

    code = 'form_code_incorrect'
    text = N_('That is not the code. Look into the newest mail, and try again.')


class CodeUseless(AuthError):
    """There is no code to enter: too old, guessed too often, used, or never asked for."""

    code = 'verification_expired'
    text = N_('This code cannot be used any more. Ask for a new one.')


class NothingWaits(AuthError):
    """No address waits for a code there: too old, used, asked too often, or never asked."""

    code = 'resource_not_found'
    status = HTTPStatus.NOT_FOUND
    tells_all = True
    text = N_('This has taken too long, or too many codes were asked for. Begin anew.')


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What waited for the code."""

    email_address: str
    user_id: str | None
    first_name: str
    last_name: str
    password_hash: str = field(repr=False)
    keep_signed_in: bool
    invitation_id: str


def begin(db: Connection, now: datetime, mail: Mail, email_address: str, *, limits: Limits, ip_address: str,
          user_id: str | None = None, first_name: str = '', last_name: str = '', password_hash: str = '',
          keep_signed_in: bool = False, invitation_id: str = '') -> str:
    """Let an address wait for a code, and post it; returns the id, which only the browser that asked may have.

    :param mail: brings the code; see ``make_code``
    :param ip_address: where it was asked from
    :param user_id: whose address it shall become; by default that of the user who signs up with the other values
    :raises LimitReached: if too many mails were asked for
    """
    limits.count(db, Act.MAIL, account=email_address, address=ip_address)
    confirmation_id = new_id('sua' if user_id is None else 'idn')
    db.execute(insert(AddressConfirmation).values(
        id_hash=hash_secret(confirmation_id), email_address=email_address, user_id=user_id, first_name=first_name,
        last_name=last_name, password_hash=password_hash, keep_signed_in=keep_signed_in, invitation_id=invitation_id,
        mail_id=post(db, now, to=email_address, mail=mail), code_hashes='', code_expire_at=now + CODE_LIFETIME,
        guesses=0, codes=1, created_at=now, expire_at=now + LIFETIME))
    return confirmation_id


def post_again(db: Connection, now: datetime, mail: Mail, confirmation_id: str, *, limits: Limits, ip_address: str,
               user_id: str | None = None) -> str:
    """Post another code, unless one was asked for just now; returns the address that waits.

    :raises NothingWaits: if no address waits there
    :raises LimitReached: if too many mails were asked for
    """
    waiting = db.execute(select(*columns(AddressConfirmation.email_address, AddressConfirmation.codes,
                                         AddressConfirmation.code_expire_at))
                         .where(*_waiting(now, confirmation_id, user_id)).with_for_update()).first()
    if waiting is None or waiting.codes >= CODES:
        raise NothingWaits
    if waiting.code_expire_at > now + CODE_LIFETIME - ASKED_TWICE:
        return waiting.email_address
    limits.count(db, Act.MAIL, account=waiting.email_address, address=ip_address)
    db.execute(update(AddressConfirmation).where(*_waiting(now, confirmation_id, user_id)).values(
        mail_id=post(db, now, to=waiting.email_address, mail=mail), codes=waiting.codes + 1, guesses=0, code_hashes='',
        code_expire_at=now + CODE_LIFETIME))
    return waiting.email_address


def find_waiting(db: Connection, now: datetime, confirmation_id: str) -> tuple[str, str, str, datetime]:
    """Find somebody who signs up and waits for a code; returns the address, the names, and how long they may wait.

    :raises NothingWaits: if nobody waits there
    """
    found = db.execute(select(*columns(AddressConfirmation.email_address, AddressConfirmation.first_name,
                                       AddressConfirmation.last_name, AddressConfirmation.expire_at))
                       .where(*_waiting(now, confirmation_id, None))).first()
    if found is None:
        raise NothingWaits
    return found[0], found[1], found[2], found[3]


def rename_waiting(db: Connection, now: datetime, confirmation_id: str, names: Mapping[str, str]) -> None:
    """Give somebody who signs up other names."""
    if names:
        db.execute(update(AddressConfirmation).where(*_waiting(now, confirmation_id, None)).values(dict(names)))


def check_given(code: str) -> None:
    """Refuse none, which is no guess.

    :raises ParamMissing: naming the field
    """
    if not typed_code(code):
        raise ParamMissing(N_('Enter the code from the mail.'), param='code')


def take_a_guess(db: Connection, now: datetime, confirmation_id: str, code: str, *, user_id: str | None = None
                 ) -> Confirmed | None:
    """Count a guess; returns what waited for the code if it is right, and None if not.

    It is counted in the statement that reads the code, so very many at once are no more than one after the other.

    :param user_id: whose address it shall become; None is somebody who signs up
    :raises CodeUseless: if there is no code that could be right
    """
    id_hash = hash_secret(confirmation_id)
    guess = (update(AddressConfirmation)
             .where(*_waiting(now, confirmation_id, user_id), col(AddressConfirmation.guesses) < GUESSES,
                    col(AddressConfirmation.code_expire_at) > now)
             .values(guesses=col(AddressConfirmation.guesses) + 1)
             .returning(col(AddressConfirmation.code_hashes)))
    row = db.execute(guess).first()
    if row is None:
        raise CodeUseless(param='code')
    given = hash_code(id_hash, typed_code(code))
    if not any(hmac.compare_digest(one, given) for one in row[0].split()):
        return None
    used = db.execute(delete(AddressConfirmation).where(col(AddressConfirmation.id_hash) == id_hash).returning(
        col(AddressConfirmation.email_address), col(AddressConfirmation.user_id), col(AddressConfirmation.first_name),
        col(AddressConfirmation.last_name), col(AddressConfirmation.password_hash),
        col(AddressConfirmation.keep_signed_in), col(AddressConfirmation.invitation_id)))
    return Confirmed(*used.one())


def forget_waiting(db: Connection, user_id: str) -> None:
    """Let no address wait any more to become that of a user."""
    db.execute(delete(AddressConfirmation).where(col(AddressConfirmation.user_id) == user_id))


def _waiting(now: datetime, confirmation_id: str, user_id: str | None) -> tuple[ColumnElement[bool], ...]:
    whose = col(AddressConfirmation.user_id)
    return (col(AddressConfirmation.id_hash) == hash_secret(confirmation_id), col(AddressConfirmation.expire_at) > now,
            whose.is_(None) if user_id is None else whose == user_id)

