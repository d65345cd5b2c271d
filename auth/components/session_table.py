# pyright: reportUnknownMemberType=false
"""All sessions, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text
from nicegui.events import GenericEventArguments

from ..errors import ParamInvalid, SessionNotFound
from ..language import N_, _, ngettext, number
from ..live.tabs import tabs
from ..rules.admin import CONFIRMATION, revoke_everyone, revoke_session
from ..rules.admin_queries import ROWS_A_PAGE, AdminSession, count_sessions, find_sessions
from ..rules.names import isolated
from ..rules.places import Place
from .action_button import ActionButton
from .isolated import Isolated
from .live_rows import LiveRows
from .local_time import LocalTime
from .searched_section import MOST_COUNTED, SearchedSection, small_button


class SessionTable(SearchedSection):
    """All sessions that are signed in, the newest first, with a search; sign one out, or everyone.

    :param words: what is searched for at first
    """

    def __init__(self, words: str = '') -> None:
        super().__init__(_('Sessions'), _('Search sessions by their user'), words)
        self._typed = ''
        with self:
            self.rows = LiveRows[AdminSession](self._read, key=lambda row: row.id, draw=self._draw,
                                             concerns=lambda _: True, after=self._drawn, where=self.where,
                                             empty=_('No session was found.'),
                                             at_most_every_seconds=tabs().auth.timing.list_rest_seconds)
            self._everyone()

    async def _read(self, last: AdminSession | None, _: int) -> tuple[Sequence[AdminSession], bool]:
        rows = await tabs().auth.read(find_sessions, self.administrator, self.words, before=last,
                                      limit=ROWS_A_PAGE + 1)
        self.count = await tabs().auth.read(count_sessions, self.administrator, self.words, most=MOST_COUNTED)
        return rows[:ROWS_A_PAGE], len(rows) > ROWS_A_PAGE

    def _draw(self, row: AdminSession) -> None:
        with ui.element('div').classes('ls-row'):
            with ui.element('div').classes('ls-row-text'):
                with ui.element('p'):
                    with ui.element('strong'):
                        Isolated(row.user.email_address)
                    if row.id == self.tab.state.session_id:
                        Text(tag='span', text=_('This session')).classes('ls-badge')
                Text(tag='p', text=str(Place(row.user_agent, row.ip_address))).classes('ls-quiet')
                with ui.element('p').classes('ls-quiet'):
                    Text(tag='span', text=_('Signed in: '))
                    LocalTime(row.created_at)
                    if row.signed_in_from is not None:
                        Text(tag='span', text=' · ' + _('from {device}', device=row.signed_in_from))
                    Text(tag='span', text=f' · {row.id}').props('translate=no')
            with ui.element('div').classes('ls-actions'):
                small_button(_('Sign out of session'), partial(self._sign_out, row),
                             f'{isolated(row.user.email_address)}, {row.id}')

    async def _sign_out(self, row: AdminSession) -> None:
        whose = {'address': isolated(row.user.email_address), 'device': row.user_agent}
        try:
            await tabs().auth.run(revoke_session, self.administrator, row.id, self.tab.request_info)
        except SessionNotFound:
            self.tell(_('The session of {address} on {device} had ended already.', **whose))
        else:
            self.tell(_('The session of {address} on {device} was signed out.', **whose))
        self.rows.reload()

    def _everyone(self) -> None:
        with ui.element('details').classes('ls-everyone'):
            Text(tag='summary', text=_('Sign out everyone'))
            Text(tag='p', text=_('Every session of every user ends at once, yours too.')).classes('ls-quiet')
            with ui.element('div').classes('ls-field'):
                Text(tag='label', text=_('Type “{words}”', words=CONFIRMATION)).props(
                    'for=confirm-everyone translate=no')
                typed = ui.element('input').props('id=confirm-everyone type=text autocomplete=off')
                typed.on('input', self._type, js_handler='(event) => emit(event.target.value)')
            everyone = ActionButton(_('Sign out everyone'), self._sign_out_everyone,
                                    refused=_('Nobody was signed out.'))
            everyone.button.classes('ls-danger')
            typed.on('keydown.enter', js_handler=f'() => getHtmlElement({everyone.button.id}).click()')

    def _type(self, event: GenericEventArguments) -> None:
        self._typed = str(event.args)

    async def _sign_out_everyone(self) -> None:
        if not CONFIRMATION.is_typed(self._typed):
            raise ParamInvalid(N_('Type “{words}” to confirm it.', words=CONFIRMATION))
        await revoke_everyone(tabs().auth, self.administrator, self.tab.request_info)

    def _drawn(self) -> None:
        words = self.words.strip()
        if self.count == MOST_COUNTED:
            most = number(MOST_COUNTED - 1)
            self.say_count(_('More than {count} sessions found for “{words}”.', count=most, words=words),
                           _('More than {count} sessions are signed in.', count=most))
        else:
            self.say_count(
                ngettext('{count} session found for “{words}”.', '{count} sessions found for “{words}”.', self.count,
                         words=words),
                ngettext('{count} session is signed in.', '{count} sessions are signed in.', self.count))
