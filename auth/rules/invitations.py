"""Who may sign up: anybody, whoever has an invitation, or nobody; and the invitations that administrators make.

What an invitation's link holds, its ticket, is the id of the invitation and a secret. It stands behind the ``#`` of the
link, which no server and no log is told, and is stored as a hash.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select
from sqlmodel import col

from models import AuditAction, Invitation, User
from models.statements import columns
from models.types import new_id

from ..credentials.tokens import hash_secret, new_secret
from ..errors import AuthError, IdentifierExists, ParamInvalid
from ..language import N_
from ..requests.request_info import RequestInfo
from ..settings import Settings
from ..settings.accounts import SignUpMode
from .accounts import with_address
from .actor import Administrator
from .addresses import normal_address
from .audit import Subject, record
from .limits import Act, Limits
from .mail import post
from .mails.invitation import InvitationMail

MOST_AT_ONCE = 1000
"""Invitations that work. More were made by a program that has run wild."""

LONGEST = timedelta(days=365)
"""An invitation that works for longer lies in a mailbox that somebody else has by then."""

ROWS_A_PAGE = 25


class SignUpRestricted(AuthError):
    """Nobody may sign up by themselves here."""

    code = 'sign_up_mode_restricted'
    status = HTTPStatus.FORBIDDEN
    tells_all = True
    text = N_('Nobody can sign up on this site by themselves. Ask its administrator for an account.')


class InvitationNeeded(SignUpRestricted):
    """Only who has an invitation may sign up here."""

    text = N_('To sign up on this site takes an invitation. Open the link in it, or ask the administrator of this site '
              'for one.')


class InvitationUseless(AuthError):
    """An invitation that was used or withdrawn, is too old, is for another address, or never was one: they are not told
    apart."""

    code = 'ticket_invalid'
    tells_all = True
    text = N_('This invitation does not work any more, or is for another email address. Use the address that it was '
              'sent to, or ask the administrator of this site for another one.')


class NoSuchInvitation(AuthError):
    """There is no such invitation, or not any more."""

    code = 'resource_not_found'
    status = HTTPStatus.NOT_FOUND
    tells_all = True
    text = N_('This invitation was used, was withdrawn or has expired. Nothing was changed.')


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was made."""

    id: str
    email_address: str
    expire_at: datetime
    ticket: str = field(repr=False)
    """What its link holds; empty where the link is mailed, and nobody else gets it."""

    def link(self, own_url: str) -> str:
        """The link to hand over; empty where it is mailed."""
        return f'{own_url}/sign-up#ticket={self.ticket}' if self.ticket else ''


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that works, as administrators see it."""

    id: str
    email_address: str
    created_at: datetime
    expire_at: datetime
    by: str
    """The address of who made it, if they still have an account; else what the audit log calls them."""
    is_mailed: bool


# ------------------------------------------------------------ who may sign up


def check_ticket(db: Connection, now: datetime, mode: SignUpMode, ticket: str, email_address: str | None = None) -> str:
    """Tell whether somebody may sign up; nothing is used up.

    :param ticket: what the link of an invitation holds, if they have one
    :param email_address: in its normal form, if that is known already
    :return: the id of the invitation; empty where none is needed
    :raises SignUpRestricted: if nobody may, or there is no ticket; or ``InvitationUseless``
    """
    if mode == 'open':
        return ''
    if mode == 'closed':
        raise SignUpRestricted
    if not ticket:
        raise InvitationNeeded
    invitation_id, _, secret = ticket.partition('.')
    found = db.execute(select(*columns(Invitation.secret_hashes, Invitation.email_address))
                       .where(*_works(now, invitation_id))).first()
    given = hash_secret(secret)
    if found is None or not any(hmac.compare_digest(one, given) for one in found.secret_hashes.split()) \
            or (email_address is not None and found.email_address not in {'', email_address}):
        raise InvitationUseless
    return invitation_id


def use_invitation(db: Connection, now: datetime, mode: SignUpMode, invitation_id: str, email_address: str) -> str:
    """Use an invitation up, in the transaction that makes the user. Of two who use it at once, one finds it used.

    :param invitation_id: what ``check_ticket`` returned
    :return: who made it; empty where none is needed
    :raises SignUpRestricted: if nobody may sign up any more; or ``InvitationUseless``
    """
    if mode == 'open':
        return ''
    if mode == 'closed':
        raise SignUpRestricted
    if not invitation_id:  # the site was open when they began
        raise InvitationNeeded
    used = delete(Invitation).where(*_works(now, invitation_id), col(Invitation.email_address).in_(['', email_address]))
    made_by = db.scalar(used.returning(col(Invitation.created_by)))
    if made_by is None:
        raise InvitationUseless
    return made_by


# ------------------------------------------------------------ what an administrator does


def invite(db: Connection, now: datetime, administrator: Administrator, *, email_address: str = '', days: str = '',
           settings: Settings, limits: Limits, request_info: RequestInfo | None = None) -> Invited:
    """Make an invitation. Where the site sends mail and an address is given, the link is mailed there, to nobody else.

    :param email_address: the only one that may sign up with it; none is any
    :param days: for how long it works, as it was typed; empty is ``settings.invitation_days``
    :raises AuthError: naming what to correct; or ``IdentifierExists``, ``LimitReached``
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``, ``ReverificationRequired``
    """
    actor = administrator(db, now, lock=True)
    if email_address.strip():
        email_address = normal_address(email_address, intranet=settings.intranet_addresses)
        if db.scalar(select(col(User.id)).where(with_address(db, email_address))) is not None:
            raise IdentifierExists(N_('Somebody has an account with that email address.'), param='email_address')
    else:
        email_address = ''
    expire_at = now + _lifetime(days, settings)
    there = db.scalar(select(func.count()).select_from(Invitation).where(col(Invitation.expire_at) > now)) or 0
    if there >= MOST_AT_ONCE:
        raise AuthError(N_('There are {count} invitations that nobody has used. Withdraw some of them first.',
                           count=there))
    invitation_id, secret, mail_id = new_id('inv'), new_secret(), ''
    if settings.sends_mail and email_address:
        limits.count(db, Act.MAIL, account=email_address)
        mail_id = post(db, now, to=email_address, mail=InvitationMail(expire_at=expire_at), language='')
    db.execute(insert(Invitation).values(
        id=invitation_id, secret_hashes='' if mail_id else hash_secret(secret), email_address=email_address,
        created_by=actor, mail_id=mail_id, created_at=now, expire_at=expire_at))
    record(db, AuditAction.INVITED, now, [Subject()], request_info, actor=actor)
    return Invited(invitation_id, email_address, expire_at, '' if mail_id else f'{invitation_id}.{secret}')


def withdraw_invitation(db: Connection, now: datetime, administrator: Administrator, invitation_id: str,
                        request_info: RequestInfo | None = None) -> str:
    """Make an invitation useless; returns the address that it was for.

    :raises NoSuchInvitation: if it does not work any more
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``, ``ReverificationRequired``
    """
    actor = administrator(db, now, lock=True)
    gone = delete(Invitation).where(*_works(now, invitation_id)).returning(col(Invitation.email_address))
    address = db.scalar(gone)
    if address is None:
        raise NoSuchInvitation
    record(db, AuditAction.INVITATION_WITHDRAWN, now, [Subject()], request_info, actor=actor)
    return address


def find_invitations(db: Connection, now: datetime, administrator: Administrator, *,
                     after: OpenInvitation | None = None, limit: int = ROWS_A_PAGE) -> Sequence[OpenInvitation]:
    """Read the invitations that work, the newest first.

    :param after: the last one of the page before
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    found = (select(*columns(Invitation.id, Invitation.email_address, Invitation.created_at, Invitation.expire_at),
                    func.coalesce(col(User.email_address), col(Invitation.created_by)), col(Invitation.mail_id) != '')
             .outerjoin_from(Invitation, User, col(User.id) == Invitation.created_by)
             .where(col(Invitation.expire_at) > now)
             .order_by(col(Invitation.created_at).desc(), col(Invitation.id).desc()).limit(limit))
    if after is not None:
        at = col(Invitation.created_at)
        found = found.where(or_(at < after.created_at, (at == after.created_at) & (col(Invitation.id) < after.id)))
    return [OpenInvitation(*row) for row in db.execute(found)]


def forget_expired_invitations(db: Connection, now: datetime) -> None:
    """Delete those whose time has passed. How many they are is limited by how many there may be."""
    db.execute(delete(Invitation).where(col(Invitation.expire_at) <= now))


def _works(now: datetime, invitation_id: str) -> tuple[ColumnElement[bool], ...]:
    return col(Invitation.id) == invitation_id, col(Invitation.expire_at) > now


def _lifetime(days: str, settings: Settings) -> timedelta:
    if not days.strip():
        return timedelta(days=settings.invitation_days)
    try:
        lifetime = timedelta(days=float(days))
    except (ValueError, OverflowError):
        lifetime = timedelta()
    if not timedelta() < lifetime <= LONGEST:
        raise ParamInvalid(N_('Enter a number of days, {count} at most.', count=LONGEST.days), param='days')
    return lifetime
