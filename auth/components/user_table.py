# pyright: reportUnknownMemberType=false
"""All users, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _, ngettext, number
from ..live.tabs import tabs
from ..rules.admin_queries import ROWS_A_PAGE, UserRow, count_users, find_users
from ..rules.names import isolated
from .addresses import address_of
from .live_rows import LiveRows
from .searched_section import MOST_COUNTED, SearchedSection, counted, small_button
from .user_acts import UserActs
from .user_identity import say_who

USERS_PATH = '/admin/users'


class UserTable(UserActs, SearchedSection):
    """All users by their address, with a search; sign one out everywhere, disable or enable one, or open one.

    :param words: what is searched for at first
    """

    def __init__(self, words: str = '') -> None:
        super().__init__(_('Users'), _('Search users by name, email address or id'), words)
        with self:
            self.rows = LiveRows[UserRow](self._read, key=lambda row: row.user.id, draw=self._draw,
                                          concerns=lambda _: True, empty=_('Nobody was found.'),
                                          turn=(_('Back'), _('More')), after=self._drawn, where=self.where,
                                          at_most_every_seconds=tabs().auth.timing.list_rest_seconds)

    async def _read(self, last: UserRow | None, _: int) -> tuple[Sequence[UserRow], bool]:
        after = last.user.email_address if last else ''
        rows = await tabs().auth.read(find_users, self.administrator, self.words, after=after, limit=ROWS_A_PAGE + 1)
        self.count = await tabs().auth.read(count_users, self.administrator, self.words, most=MOST_COUNTED)
        return rows[:ROWS_A_PAGE], len(rows) > ROWS_A_PAGE

    def _drawn(self) -> None:
        self.leave_dialog(unless=self.rows.shows)
        words = self.words.strip()
        if self.count == MOST_COUNTED:
            most = number(MOST_COUNTED - 1)
            self.say_count(_('More than {count} users found for “{words}”.', count=most, words=words),
                           _('More than {count} users.', count=most))
        else:
            self.say_count(ngettext('{count} user found for “{words}”.', '{count} users found for “{words}”.',
                                    self.count, words=words), ngettext('{count} user.', '{count} users.', self.count))

    def _draw(self, row: UserRow) -> None:
        with ui.element('div').classes('ls-row'):
            with ui.element('div').classes('ls-row-text'):
                say_who(row)
                Text(tag='p', text=counted(row.sessions)).classes('ls-quiet')
            whom = isolated(row.user.email_address)
            with ui.element('div').classes('ls-actions'):
                if row.sessions:
                    small_button(_('Sign out everywhere'), partial(self.ask_sign_out, row), whom)
                word = _('Enable') if row.disabled else _('Disable')
                act = partial(self.set_disabled, row, False) if row.disabled else partial(self.ask_disable, row)
                small_button(word, act, whom)
                manage = Text(tag='a', text=_('Manage')).classes('ls-button ls-small')
                manage.props['href'] = address_of(f'{USERS_PATH}/{row.user.id}')
                manage.props['aria-label'] = _('{act}: {whom}', act=_('Manage'), whom=whom)
