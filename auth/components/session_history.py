# pyright: reportUnknownMemberType=false
"""What happened to the account of the person who is signed in, one event a row."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from models import AuditAction

from ..language import N_, Message, _, number
from ..live.tabs import tabs
from ..rules.history import History, HistoryEvent, read_history
from .live_rows import LiveRows
from .local_time import LocalTime

_WORDS: dict[str, Message] = {
    AuditAction.SIGNED_UP: N_('Account created'),
    AuditAction.SIGNED_IN: N_('Signed in'),
    AuditAction.SIGN_IN_FAILED: N_('Failed attempt to sign in'),
    AuditAction.SIGN_IN_REFUSED: N_('Refused attempt to sign in, with the right password'),
    AuditAction.SWITCHED: N_('Switched to this account'),
    AuditAction.SIGNED_OUT: N_('Signed out'),
    AuditAction.REVOKED: N_('Signed out from elsewhere'),
    AuditAction.EXPIRED: N_('Signed out: the session reached its age limit'),
    AuditAction.ABANDONED: N_('Signed out: nobody was active'),
    AuditAction.REPLACED: N_('Signed out: too many devices were signed in'),
    AuditAction.NAME_CHANGED: N_('Name changed'),
    AuditAction.DEVICE_RENAMED: N_('Device renamed'),
    AuditAction.WRONG_PASSWORD: N_('Wrong current password entered'),
    AuditAction.RE_AUTHENTICATED: N_('Password entered again'),
    AuditAction.PASSWORD_CHANGED: N_('Password changed'),
    AuditAction.DATA_EXPORTED: N_('Data downloaded'),
    AuditAction.RESET_ASKED: N_('A link to choose a new password was asked for'),
    AuditAction.PASSWORD_RESET: N_('New password chosen with a mailed link'),
    AuditAction.ADDRESS_CHANGED: N_('Email address changed'),
    AuditAction.ADDRESS_CHANGE_UNDONE: N_('Change of the email address undone'),
    AuditAction.DISABLED: N_('Account disabled'),
    AuditAction.ENABLED: N_('Account enabled again'),
    AuditAction.ADMIN_GRANTED: N_('Made an administrator'),
    AuditAction.ADMIN_WITHDRAWN: N_('No longer an administrator'),
    AuditAction.ROLE_GIVEN: N_('Given a role'),
    AuditAction.ROLE_TAKEN: N_('A role was taken away'),
    AuditAction.INVITATION_USED: N_('Invited'),
}


class SessionHistory(ui.element):
    """A section with the events of the account, the newest first, a page at a time."""

    def __init__(self) -> None:
        super().__init__('section')
        self.classes('ls-history ls-card').props('aria-labelledby=history-heading')
        self.tab = tabs().here()
        user = self.tab.state.user
        self.user_id = user.id if user else ''
        with self:
            Text(tag='h2', text=_('Recent activity')).props('id=history-heading tabindex=-1')
            LiveRows[HistoryEvent](self._load, key=lambda event: event.id, draw=_draw, concerns=self._concerns,
                                   empty=_('Nothing has happened yet.'))

    async def _load(self, last: HistoryEvent | None, _: int) -> tuple[Sequence[HistoryEvent], bool]:
        found = await self.read(last)
        return found.events, found.has_more

    async def read(self, last: HistoryEvent | None) -> History:
        """Read the page after an event."""
        return await tabs().auth.read(read_history, self.tab.client, after=last)

    def _concerns(self, user_ids: Collection[str]) -> bool:
        return self.user_id in user_ids


def describe(event: HistoryEvent) -> str:
    """Describe an event in words; an action that this version does not know is described by its name."""
    if event.ended_device is not None:
        words = _('{device} was signed out', device=event.ended_device)
    elif event.action == AuditAction.ROLE_GIVEN and event.detail:
        words = _('Given the role “{role}”', role=event.detail)
    elif event.action == AuditAction.ROLE_TAKEN and event.detail:
        words = _('The role “{role}” was taken away', role=event.detail)
    elif event.action in _WORDS:
        words = str(_WORDS[event.action])
    else:
        words = event.action.replace('_', ' ').capitalize()
    if event.times > 1:
        words = _('{what_happened}, {count} times', what_happened=words, count=number(event.times))
    match event.by:
        case 'administrator':
            return _('{what_happened}, by an administrator', what_happened=words)
        case 'command line':
            return _('{what_happened} from the command line', what_happened=words)
        case 'server':
            return _('{what_happened}, by the server “{name}”', what_happened=words, name=event.server)
        case _:
            return words


def _draw(event: HistoryEvent) -> None:
    with ui.element('div').classes('ls-row'), ui.element('div').classes('ls-row-text'):
        Text(tag='strong', text=describe(event))
        where = [_('from {device}', device=event.from_device)] if event.from_device else []
        where += [event.ip_address] if event.ip_address else []
        with ui.element('p').classes('ls-quiet'):
            if where and not event.by:
                Text(tag='span', text=' · '.join(where) + ' · ')
            LocalTime(event.at)
