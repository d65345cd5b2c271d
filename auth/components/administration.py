# pyright: reportUnknownMemberType=false
"""What an administrator sees: users, sessions, and the buttons that end them. Every act is checked where it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text
from nicegui.events import GenericEventArguments

from ..errors import ParamInvalid, SessionNotFound
from ..live.tabs import tabs
from ..rules.actor import Administrator, by_admin
from ..rules.admin import CONFIRMATION, revoke_everyone, revoke_session, revoke_user, set_disabled
from ..rules.admin_queries import ROWS_A_PAGE, SessionRow, UserRow, count_sessions, find_sessions, find_users
from .action_button import ActionButton
from .live_rows import LiveRows
from .local_time import LocalTime
from .pager import Pager
from .section import Section

MOST_COUNTED = 10_001
"""How many sessions are counted each time the list is read; of more it is told that there are more than 10,000."""


class _Searched(Section):
    """A list with a field to search it by. It acts for whoever uses the tab, which is checked at every act."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(name)
        self.classes('administration')
        self.words = ''
        with self:
            search = ui.element('input').props('type=search autocomplete=off').classes('search')
            search.props['aria-label'] = search.props['placeholder'] = hint
            search.on('input', self._search, throttle=0.25, leading_events=False,
                      js_handler='(event) => emit(event.target.value)')

    @property
    def authority(self) -> Administrator:
        """Whoever uses the tab, if they are an administrator."""
        return by_admin(self.tab.client)

    def begin(self) -> None:
        """Show the first page of what was searched for."""
        raise NotImplementedError

    def _search(self, event: GenericEventArguments) -> None:
        self.words = str(event.args)[:100]
        self.begin()


class UserTable(_Searched):
    """All users by their address, with a search; sign one out everywhere, disable or enable one."""

    def __init__(self) -> None:
        super().__init__('Users', 'Search users by name, email address or id')
        with self:
            self._rows = LiveRows[UserRow](self._load, key=lambda row: row.user.id, draw=self._draw,
                                           concerns=lambda _: True, after=self._drawn, empty='Nobody was found.',
                                           at_most_every_seconds=tabs().auth.timing.list_rest_seconds)
            self._pager = Pager[UserRow](self._read, self._rows.reload, words=('Back', 'More'))

    def begin(self) -> None:
        """See the base class."""
        self._pager.begin()

    async def _load(self) -> Sequence[UserRow]:
        return await self._pager.load()

    async def _read(self, last: UserRow | None, _: int) -> tuple[Sequence[UserRow], bool]:
        after = last.user.email_address if last else ''
        rows = await tabs().auth.read(find_users, self.authority, self.words, after=after, limit=ROWS_A_PAGE + 1)
        return rows[:ROWS_A_PAGE], len(rows) > ROWS_A_PAGE

    def _draw(self, row: UserRow) -> None:
        with ui.element('div').classes('row'):
            with ui.element('div').classes('row-text'):
                with ui.element('p'):
                    Text(tag='strong', text=row.user.name).props('translate=no')
                    for word, applies in (('Administrator', row.user.is_admin), ('Disabled', row.disabled)):
                        if applies:
                            Text(tag='span', text=word).classes('badge')
                Text(tag='p', text=f'{row.user.email_address} · {row.user.id}').classes('quiet').props('translate=no')
                Text(tag='p', text=_counted(row.sessions)).classes('quiet')
            with ui.element('div').classes('actions'):
                if row.sessions:
                    _small('Sign out everywhere', partial(self._sign_out, row), row.user.email_address)
                word = 'Enable' if row.disabled else 'Disable'
                _small(word, partial(self._set_disabled, row, not row.disabled), row.user.email_address)

    async def _sign_out(self, row: UserRow) -> None:
        ended = await tabs().auth.run(revoke_user, self.authority, row.user.id, self.request_info)
        self._rows.reload()
        self.tell(f'{_counted(ended)} of {row.user.email_address} ended.')

    async def _set_disabled(self, row: UserRow, disabled: bool) -> None:
        ended = await tabs().auth.run(set_disabled, self.authority, row.user.id, disabled, self.request_info)
        self._rows.reload()
        self.tell(f'{row.user.email_address} is disabled; {_counted(ended)} ended.' if disabled
                  else f'{row.user.email_address} may sign in again.')

    def _drawn(self, _: Sequence[UserRow]) -> None:
        self._pager.update_buttons()


class SessionTable(_Searched):
    """All sessions that are signed in, the newest first, with a search; sign one out, or everyone."""

    def __init__(self) -> None:
        super().__init__('Sessions', 'Search sessions by their user')
        self._count = 0
        self._typed = ''
        with self:
            self._total = Text(tag='p', text='').classes('quiet')
            self._rows = LiveRows[SessionRow](self._load, key=lambda row: row.id, draw=self._draw,
                                              concerns=lambda _: True, after=self._drawn,
                                              empty='No session was found.',
                                              at_most_every_seconds=tabs().auth.timing.list_rest_seconds)
            self._pager = Pager[SessionRow](self._read, self._rows.reload)
            self._everyone()

    def begin(self) -> None:
        """See the base class."""
        self._pager.begin()

    async def _load(self) -> Sequence[SessionRow]:
        return await self._pager.load()

    async def _read(self, last: SessionRow | None, _: int) -> tuple[Sequence[SessionRow], bool]:
        rows = await tabs().auth.read(find_sessions, self.authority, self.words, before=last, limit=ROWS_A_PAGE + 1)
        self._count = await tabs().auth.read(count_sessions, self.authority, most=MOST_COUNTED)
        return rows[:ROWS_A_PAGE], len(rows) > ROWS_A_PAGE

    def _draw(self, row: SessionRow) -> None:
        with ui.element('div').classes('row'):
            with ui.element('div').classes('row-text'):
                with ui.element('p'):
                    Text(tag='strong', text=row.user.email_address).props('translate=no')
                    if row.id == self.tab.state.session_id:
                        Text(tag='span', text='This session').classes('badge')
                where = ' · '.join([str(row.user_agent), *([row.ip_address] if row.ip_address else [])])
                Text(tag='p', text=where).classes('quiet')
                with ui.element('p').classes('quiet'):
                    Text(tag='span', text='Signed in: ')
                    LocalTime(row.created_at)
                    Text(tag='span', text=f' · {row.id}').props('translate=no')
            with ui.element('div').classes('actions'):
                _small('Sign out of session', partial(self._sign_out, row), f'{row.user.email_address}, {row.id}')

    async def _sign_out(self, row: SessionRow) -> None:
        whose = f'The session of {row.user.email_address} on {row.user_agent}'
        try:
            await tabs().auth.run(revoke_session, self.authority, row.id, self.request_info)
        except SessionNotFound:
            self.tell(f'{whose} had ended already.')
        else:
            self.tell(f'{whose} was signed out.')
        self._rows.reload()

    def _everyone(self) -> None:
        with ui.element('details').classes('everyone'):
            Text(tag='summary', text='Sign out everyone')
            Text(tag='p', text='Every session of every user ends at once, yours too.').classes('quiet')
            with ui.element('div').classes('field'):
                Text(tag='label', text=f'Type “{CONFIRMATION}”').props('for=confirm-everyone translate=no')
                typed = ui.element('input').props('id=confirm-everyone type=text autocomplete=off')
                typed.on('input', self._type, js_handler='(event) => emit(event.target.value)')
            everyone = ActionButton('Sign out everyone', self._sign_out_everyone, refused='Nobody was signed out.')
            everyone.button.classes('danger')
            typed.on('keydown.enter', js_handler=f'() => getHtmlElement({everyone.button.id}).click()')

    def _type(self, event: GenericEventArguments) -> None:
        self._typed = str(event.args)

    async def _sign_out_everyone(self) -> None:
        if self._typed.strip().lower() != CONFIRMATION:
            raise ParamInvalid(f'Type “{CONFIRMATION}” to confirm it.')
        await revoke_everyone(tabs().auth, self.authority, self.request_info)

    def _drawn(self, _: Sequence[SessionRow]) -> None:
        number = f'More than {MOST_COUNTED - 1:,} sessions' if self._count == MOST_COUNTED else _counted(self._count)
        self._total.set_text(f'{number} {"is" if self._count == 1 else "are"} signed in.')
        self._pager.update_buttons()


def _counted(sessions: int) -> str:
    return '1 session' if sessions == 1 else f'{sessions:,} sessions'


def _small(label: str, action: Callable[[], Awaitable[object]], whom: str) -> None:
    button = ActionButton(label, action, refused='Nothing was changed.').button.classes('small')
    button.props['aria-label'] = f'{label}: {whom}'
