"""The mails that wait in a store, and what they hold once they are sent; nothing is sent anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from auth.mail.content import Code, Link
from auth.rules.mails import KINDS
from models import QueuedMail
from tests.rules import Rules


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail, as somebody reads it."""

    to: str
    kind: str
    subject: str
    text: str
    path: str
    """Where its link leads."""
    code: str
    """What is to be typed, or what its link holds behind the #."""


def send_all(db: Connection, now: datetime, *, again: bool = False) -> list[Sent]:
    """Send what waits, the oldest first.

    :param again: whether the mail server is lost before it says that it has them, so they are sent once more later
    """
    sent: list[Sent] = []
    for row in db.execute(select(QueuedMail).order_by(col(QueuedMail.id))).all():
        mail = KINDS[row.kind].from_json(row.details)
        secret = mail.prepare(db, now, row.id)
        if not again or secret is None:
            db.execute(delete(QueuedMail).where(col(QueuedMail.id) == row.id))
        if secret is not None:
            content = mail.content(secret)
            action = content.action
            path = action.path if isinstance(action, Link) else ''
            code = action.digits if isinstance(action, Code) else path.partition('#')[2].partition('=')[2]
            sent.append(Sent(row.email_address, row.kind, content.subject, ' '.join(content.paragraphs),
                             path.partition('#')[0], code))
    return sent


async def sent(rules: Rules, *, again: bool = False) -> list[Sent]:
    """Send what waits; see ``send_all``."""
    return await rules.auth.run(send_all, again=again)


async def only_mail(rules: Rules, kind: str) -> Sent:
    """Send what waits; returns the one mail of this kind. Others may be among them, such as of a new device."""
    mails = await sent(rules)
    found = [mail for mail in mails if mail.kind == kind]
    assert len(found) == 1, mails
    return found[0]
