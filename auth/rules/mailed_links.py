"""Links that are mailed: made when the mail is sent, used once, and only by somebody who posts what they hold.

Whatever opens the address of such a link, such as a scanner of mails, reads a page and uses nothing up. What the link
holds stands behind its ``#``, which no server, no log and no other site is told (RFC 9110, 10.1.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from models import AddressConfirmation, LinkKind, MailedLink, User
from models.statements import columns

from ..credentials.tokens import hash_secret, new_secret
from ..errors import AuthError
from ..language import N_

LIFETIMES: Mapping[LinkKind, timedelta] = {
    LinkKind.RESET_PASSWORD: timedelta(minutes=15),
    # as long as it takes to fetch a mail, and little for somebody who finds it later (ASVS 6.4.1)
    LinkKind.UNDO_ADDRESS_CHANGE: timedelta(days=7),
    # as long as somebody may be away: nothing else brings an account back whose address a thief has changed
}


class LinkUseless(AuthError):
    """A link that was used, is too old, was superseded, or never was one: a stranger is not told which."""

    code = 'verification_expired'
    tells_all = True
    text = N_('This link does not work any more, or part of it is missing. A link works once, and for a limited time. '
              'Ask for a new one.')


class UndoUseless(LinkUseless):
    """The same of a link that nobody can ask for again."""

    text = N_('This link does not work any more, or part of it is missing. It works once, for a week after the change. '
              'Ask the administrator of this site.')


@dataclass(frozen=True, slots=True)
class LinkUser:
    """Whose link it is."""

    user_id: str
    email_address: str
    """The one that the user has now."""
    first_name: str
    last_name: str
    mailed_to: str
    made_at: datetime


def make_link(db: Connection, now: datetime, kind: LinkKind, user_id: str, mailed_to: str) -> str:
    """Make a link for a user; returns the secret that it holds, which is stored nowhere.

    :param now: when it begins to work
    """
    secret = new_secret()
    db.execute(insert(MailedLink).values(secret_hash=hash_secret(secret), kind=kind, user_id=user_id,
                                         email_address=mailed_to, created_at=now, expire_at=now + LIFETIMES[kind]))
    return secret


def find_link(db: Connection, now: datetime, kind: LinkKind, secret: str, *, lock: bool = False) -> LinkUser:
    """Find whose link it is; it stays as it is.

    :param lock: whether its user is locked until the transaction ends
    :raises LinkUseless: if it is of no use, or its user is disabled, or has another password since it was mailed
    """
    found = (select(*columns(User.id, User.email_address, User.first_name, User.last_name, MailedLink.email_address,
                             MailedLink.created_at, User.password_changed_at))
             .join_from(MailedLink, User)
             .where(col(MailedLink.secret_hash) == hash_secret(secret), col(MailedLink.kind) == kind,
                    col(MailedLink.expire_at) > now, col(User.disabled).is_(False)))
    row = db.execute(found.with_for_update(of=User, key_share=True) if lock else found).first()
    useless = UndoUseless if kind is LinkKind.UNDO_ADDRESS_CHANGE else LinkUseless
    if row is None or (kind is LinkKind.RESET_PASSWORD and row[-1] > row[-2]):
        raise useless
    return LinkUser(*row[:-1])


def use_link(db: Connection, now: datetime, kind: LinkKind, secret: str) -> LinkUser:
    """Use a link up, and lock its user. Of two who use it at once, one finds it used.

    :raises LinkUseless: if it is of no use, or its user is disabled
    """
    owner = find_link(db, now, kind, secret, lock=True)
    used = delete(MailedLink).where(col(MailedLink.secret_hash) == hash_secret(secret))
    if db.execute(used.returning(col(MailedLink.kind))).first() is None:
        raise UndoUseless if kind is LinkKind.UNDO_ADDRESS_CHANGE else LinkUseless
    return owner


def forget_links(db: Connection, user_id: str, kind: LinkKind, *, since: datetime | None = None) -> None:
    """Make the links of a user useless.

    :param since: those only that were made at this moment or later
    """
    theirs = delete(MailedLink).where(col(MailedLink.user_id) == user_id, col(MailedLink.kind) == kind)
    db.execute(theirs if since is None else theirs.where(col(MailedLink.created_at) >= since))


def forget_expired(db: Connection, now: datetime) -> None:
    """Delete the links, and the addresses that wait for a code, whose time has passed.

    How many they are is limited by how many mails anybody may ask for.
    """
    db.execute(delete(MailedLink).where(col(MailedLink.expire_at) <= now))
    db.execute(delete(AddressConfirmation).where(col(AddressConfirmation.expire_at) <= now))
