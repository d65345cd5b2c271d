"""The queue of mails: a verb posts one in the transaction of what it tells of, and delivery takes it from there.

So a mail is sent if and only if its act was committed, and nobody waits for a mail server. What is posted on a site
that sends no mail is deleted after a while; a verb need not ask. ``auth.settings.sends_mail`` tells a flow that makes
no sense without mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select
from sqlmodel import col

from models import QueuedMail
from models.types import new_ordered_id

from ..language import known_reader
from .mails.kind import Mail


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the queue is."""

    count: int
    oldest_seconds: float
    """The age of the oldest mail in it; 0 if there is none."""


def post(db: Connection, now: datetime, *, to: str, mail: Mail, user_id: str | None = None,
         language: str | None = None) -> str:
    """Put a mail into the queue, within the transaction of the caller: it is sent if that is committed.

    One insert. No mail server is asked, nothing is written to a file, no value of the mail can make it fail.

    :param to: the address, as it is stored
    :param mail: what to tell; no field of it may hold a secret. ``auth.rules.mails.kind`` says how a mail gets one
    :param user_id: whom it concerns, if there is such a user; what still waits when they are deleted is deleted as well
    :param language: the tag of its reader; by default of whoever sent the request. Where nobody did, as on the command
        line, it is written in ``SITE_LANGUAGE``, or in English
    :return: the id of the mail, which ``Mail.prepare`` is given at each attempt
    """
    mail_id = new_ordered_id('mail')
    db.execute(insert(QueuedMail).values(
        id=mail_id, kind=mail.kind, details=mail.as_json(), email_address=to, user_id=user_id,
        language=known_reader() if language is None else language, created_at=now, due_at=now,
        expire_at=now + mail.useful_for, attempts=0))
    return mail_id


def drop_mails_of(db: Connection, user_id: str) -> None:
    """Delete what waits for a user who is deleted."""
    db.execute(delete(QueuedMail).where(col(QueuedMail.user_id) == user_id))


def waiting(db: Connection, now: datetime) -> Waiting:
    """Tell how many mails wait, and for how long the oldest one does; for monitoring. One query, on a short table."""
    count, oldest = db.execute(select(func.count(), func.min(col(QueuedMail.created_at)))).one()
    return Waiting(count, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
