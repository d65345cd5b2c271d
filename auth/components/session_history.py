# pyright: reportUnknownMemberType=false
"""What happened to the account of the person who is signed in, one event a row."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from models import AuditAction

from ..live.tabs import tabs
from ..rules.history import HistoryEvent, read_history
from .live_rows import LiveRows
from .local_time import LocalTime

_WORDS: dict[str, str] = {
    AuditAction.SIGNED_UP: 'Account created',
    AuditAction.SIGNED_IN: 'Signed in',
    AuditAction.SIGN_IN_FAILED: 'Failed attempt to sign in',
    AuditAction.SIGN_IN_REFUSED: 'Refused attempt to sign in, with the right password',
    AuditAction.SWITCHED: 'Switched to this account',
    AuditAction.SIGNED_OUT: 'Signed out',
    AuditAction.REVOKED: 'Signed out from elsewhere',
    AuditAction.EXPIRED: 'Signed out: the session reached its age limit',
    AuditAction.ABANDONED: 'Signed out: nobody was active',
    AuditAction.NAME_CHANGED: 'Name changed',
    AuditAction.WRONG_PASSWORD: 'Wrong current password entered',
    AuditAction.PASSWORD_CHANGED: 'Password changed',
    AuditAction.DISABLED: 'Account disabled',
    AuditAction.ENABLED: 'Account enabled again',
    AuditAction.ADMIN_GRANTED: 'Made an administrator',
    AuditAction.ADMIN_WITHDRAWN: 'No longer an administrator',
}


class SessionHistory(ui.element):
    """A section with the events of the account, the newest first, a page at a time."""

    def __init__(self) -> None:
        super().__init__('section')
        self.classes('history card').props('aria-labelledby=history-heading')
        self._tab = tabs().here()
        self._user = self._tab.state.user
        with self:
            Text(tag='h2', text='Session history').props('id=history-heading tabindex=-1')
            LiveRows[HistoryEvent](self._read, key=lambda event: event.id, draw=_draw, concerns=self._concerns,
                                   empty='Nothing has happened yet.')

    async def _read(self, last: HistoryEvent | None, _: int) -> tuple[Sequence[HistoryEvent], bool]:
        found = await tabs().auth.read(read_history, self._tab.client, after=last)
        return found.events, found.has_more

    def _concerns(self, user_ids: Collection[str]) -> bool:
        return self._user is not None and self._user.id in user_ids


def describe(event: HistoryEvent) -> str:
    """Describe an event in words; an action that this version does not know is described by its name."""
    words = _WORDS.get(event.action, event.action.replace('_', ' ').capitalize())
    if event.ended_device is not None:
        words = f'{event.ended_device} was signed out'
    return f'{words}, by an administrator' if event.by_administrator else words


def _draw(event: HistoryEvent) -> None:
    with ui.element('div').classes('row'), ui.element('div').classes('row-text'):
        Text(tag='strong', text=describe(event))
        where = [f'from {event.from_device}'] if event.from_device else []
        where += [event.ip_address] if event.ip_address else []
        with ui.element('p').classes('quiet'):
            if where and not event.by_administrator:
                Text(tag='span', text=' · '.join(where) + ' · ')
            LocalTime(event.at)
