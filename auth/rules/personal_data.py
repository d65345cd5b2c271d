"""What is kept of a person, for them to read: every row that is theirs, without what could be used to act as them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal_column, or_, select
from sqlmodel import col

from models import (
    AccountValue,
    AddressConfirmation,
    Attempts,
    AuditAction,
    AuditEvent,
    Client,
    Invitation,
    MailedLink,
    Model,
    QueuedMail,
    Session,
    User,
    WrongPasswords,
)

from ..errors import UserNotFound
from ..requests.request_info import RequestInfo
from .actor import Administrator, doer_of, find_actor
from .audit import Subject, record
from .clients import ClientView
from .limits import digest_of
from .recent import RECENT, check_recent

Row = dict[str, Any]

LEFT_OUT: Mapping[type[Model], Mapping[str, str]] = {
    User: {'password_hash': 'a hash of the password', 'search_text': 'the address and the names again'},
    Client: {'secret_hash': 'a hash of the secret in the cookie', 'active_session_id': 'the session in use, which may '
             'be somebody else\'s'},
    Invitation: {'secret_hashes': 'hashes of what the link holds', 'created_by': 'another person'},
    MailedLink: {'secret_hash': 'a hash of what the link holds'},
    AddressConfirmation: {'id_hash': 'a hash of the id that the browser has', 'code_hashes': 'hashes of the codes',
                          'password_hash': 'empty: it is of somebody who signs up'},
}
"""What is kept and not told, and what it is: nobody else may ever get a hash, and it tells its owner nothing."""

MOST_EVENTS = 2_000
"""The newest that are read at once; the command line reads all."""


def export_own(db: Connection, now: datetime, client: ClientView | None, *, request_info: RequestInfo,
               actor_session_id: str | None = None, recent: timedelta = RECENT) -> Row:
    """Read what is kept of the person who acts. That it was read is an event of their history.

    :param actor_session_id: the session of the client in which they act; by default the active one
    :param recent: how long ago the password may have been given
    :raises NotSignedIn: if nobody is signed in
    :raises ReverificationRequired: if the password was given longer ago
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    check_recent(now, actor, recent)
    record(db, AuditAction.DATA_EXPORTED, now, [actor.as_subject], request_info)
    return read_personal_data(db, now, actor.user_id, most_events=MOST_EVENTS)


def export_of(db: Connection, now: datetime, administrator: Administrator, user_id: str) -> Row:
    """Read what is kept of a user who has asked for it, all of it.

    :raises UserNotFound: if there is no such user
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    actor = administrator(db, now, on=user_id, lock=True)
    found = read_personal_data(db, now, user_id)
    if not found['user']:
        raise UserNotFound
    record(db, AuditAction.DATA_EXPORTED, now, [Subject(user_id)], actor=actor)
    return found


def read_personal_data(db: Connection, now: datetime, user_id: str, *, most_events: int | None = None) -> Row:
    """Read all rows of a user, by their tables; moments are aware datetimes.

    :param most_events: of the history, the newest first; ``complete`` tells whether that was all
    """
    users = _rows(db, User, col(User.id) == user_id)
    sessions = _rows(db, Session, col(Session.user_id) == user_id)
    client_ids = {session['client_id'] for session in sessions}
    address = users[0]['email_address'] if users else ''
    of_person = or_(
        (col(Attempts.kind) == 'account') & col(Attempts.who).in_([user_id, digest_of(address)]),
        (col(Attempts.kind) == 'browser') & col(Attempts.who).in_([f'{one} {user_id}' for one in client_ids]))
    has_actor = col(AuditEvent.actor) != literal_column("''")  # what the index is of
    events = _events(db, col(AuditEvent.user_id) == user_id, most_events)
    acts = _events(db, has_actor & (col(AuditEvent.actor) == user_id), most_events)
    complete = most_events is None or max(len(events), len(acts)) < most_events
    for event in events:
        if event['actor']:  # where an administrator sits is theirs
            event.update(ip_address='', user_agent='', actor=doer_of(event['actor']))
    for act in acts:  # and whom it concerned is that person's
        act.update(user_id=None, client_id=None, session_id=None, actor='you')
    return {
        'exported_at': now, 'complete': complete, 'user': users, 'session': sessions,
        'client': _rows(db, Client, col(Client.id).in_(client_ids)),
        'audit_event': events, 'acts_as_administrator': acts,
        'wrong_passwords': _rows(db, WrongPasswords, col(WrongPasswords.session_id).in_(
            [session['id'] for session in sessions])),
        'attempts': _rows(db, Attempts, of_person), 'mail': _rows(db, QueuedMail, col(QueuedMail.user_id) == user_id),
        'account_value': _rows(db, AccountValue, col(AccountValue.user_id) == user_id),
        'invitation': _rows(db, Invitation, col(Invitation.email_address).in_([address] if address else [])),
        'mailed_link': _rows(db, MailedLink, col(MailedLink.user_id) == user_id),
        'address_confirmation': _rows(db, AddressConfirmation, col(AddressConfirmation.user_id) == user_id),
    }


def _rows(db: Connection, model: type[Model], those: ColumnElement[bool]) -> list[Row]:
    found = db.execute(select(model).where(those)).mappings()
    left_out = LEFT_OUT.get(model, {})
    return [{name: value for name, value in row.items() if name not in left_out} for row in found]


def _events(db: Connection, those: ColumnElement[bool], most: int | None) -> list[Row]:
    found = db.execute(select(AuditEvent).where(those).order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
                       .limit(most)).mappings()
    return [dict(row) for row in found]
