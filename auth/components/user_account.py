# pyright: reportUnknownMemberType=false
"""One user, for administrators: what is known of them, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..access import ADMIN
from ..errors import UserNotFound
from ..language import _
from ..live.tabs import tabs
from ..rules.admin_queries import UserRow, find_user
from ..rules.names import isolated
from .live_rows import LiveRows
from .local_time import LocalTime
from .searched_section import counted, small_button
from .user_acts import UserActs
from .user_identity import say_who


class UserAccount(UserActs):
    """One user, live, with all that an administrator can do to them by a button.

    :param user_id: who it is
    """

    def __init__(self, user_id: str) -> None:
        super().__init__(_('Account'))
        self.classes('ls-administration')
        self._user_id = user_id
        with self:
            self.rows = LiveRows[UserRow](self._read, key=lambda row: row.user.id, draw=self._draw,
                                          concerns=lambda user_ids: user_id in user_ids,
                                          after=lambda: self.leave_dialog(unless=self.rows.shows),
                                          empty=_('There is no such user any more.'))

    async def _read(self, last: UserRow | None, _: int) -> tuple[Sequence[UserRow], bool]:
        try:
            return [await tabs().auth.read(find_user, self.administrator, self._user_id)], False
        except UserNotFound:
            return [], False

    def _draw(self, row: UserRow) -> None:
        with ui.element('div').classes('ls-row'):
            with ui.element('div').classes('ls-row-text'):
                say_who(row, is_oneself=self.is_oneself(row))
                with ui.element('p').classes('ls-quiet'):
                    Text(tag='span', text=counted(row.sessions) + ' · ' + _('Account created') + ': ')
                    LocalTime(row.created_at)
            whom = isolated(row.user.email_address)
            with ui.element('div').classes('ls-actions'):
                if row.sessions:
                    small_button(_('Sign out everywhere'), partial(self.ask_sign_out, row), whom)
                small_button(_('Withdraw administration') if row.user.is_admin else _('Make administrator'),
                             partial(self.ask_admin, row), whom)
                for role in sorted(row.user.roles - {ADMIN}):
                    small_button(_('Take away the role {role}', role=role), partial(self.ask_role, row, role), whom)
                if row.disabled:
                    small_button(_('Enable'), partial(self.set_disabled, row, False), whom)
                elif not self.is_oneself(row):
                    small_button(_('Disable'), partial(self.ask_disable, row), whom)
