# pyright: reportUnknownMemberType=false
"""What the tables of administration share: a search, which stands in the address, and buttons that act on one row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text
from nicegui.events import GenericEventArguments

from ..language import _, ngettext, number
from ..live.tabs import tabs
from ..rules.actor import Administrator, by_admin
from ..rules.admin_queries import ROWS_A_PAGE
from .action_button import ActionButton
from .live_rows import LiveRows
from .pager import page_of
from .section import Section

MAX_SEARCH = 100
"""Characters of what is typed into the search field; the rest is ignored."""

QUERY = 'q'
"""The parameter of the address that says what is searched for; its page hands it in as ``words``."""

MOST_COUNTED = 10_001
"""Where counting stops: a table says "More than 10,000", and is read as quickly with very many."""


class SearchedSection(Section):
    """A section with a search field; ``rows``, which the table sets, is read again when somebody has typed.

    What is searched for stands in the address (static/live/search.js). How many were found is announced; how many there
    are in all is not, since that changes whenever anybody signs in.

    :param name: what is written in the heading
    :param hint: what the field is for
    :param words: what is searched for at first
    """

    rows: LiveRows[Any]

    def __init__(self, name: str, hint: str, words: str) -> None:
        super().__init__(name)
        self.classes('ls-administration')
        self.words = words[:MAX_SEARCH]
        self.count = 0
        with self:
            search = ui.element('input').props(f'type=search autocomplete=off data-query={QUERY}').classes('ls-search')
            search.props['aria-label'] = search.props['placeholder'] = hint
            search.props['defaultValue'] = self.words
            search.on('searched', self._search, ['detail'])
            self._total = Text(tag='p', text='').classes('ls-quiet')
            self._found = Text(tag='p', text='').classes('ls-quiet').props('role=status')

    @property
    def administrator(self) -> Administrator:
        """The administrator who uses the tab; the store checks that they still are one whenever they read or act."""
        return by_admin(self.tab.client, tabs().auth.settings.recent_authentication)

    def say_count(self, found: str, total: str) -> None:
        """Say how many were found for the words, or how many there are if nothing is searched for.

        Where nobody was found, the list says so.
        """
        self._total.set_text('' if self.words.split() else total)
        self._found.set_text(found if self.words.split() and self.count else '')

    def where(self, page: int) -> str:
        """Say which page of the rows is shown."""
        if self.count == MOST_COUNTED:
            return _('Page {page}', page=number(page + 1))
        return page_of(page, self.count, ROWS_A_PAGE)

    def _search(self, event: GenericEventArguments) -> None:
        self.words = str(event.args['detail'])[:MAX_SEARCH]
        router = ui.context.client.sub_pages_router  # which looks there if the page has to be built anew
        router.current_path = _with_words(router.current_path, self.words)
        router.is_initial_request = False
        self.rows.begin()


def _with_words(address: str, words: str) -> str:
    path, _, query = address.partition('?')
    given = [(name, value) for name, value in parse_qsl(query) if name != QUERY]
    query = urlencode([*given, (QUERY, words)] if words else given)
    return f'{path}?{query}' if query else path


def counted(sessions: int) -> str:
    """Such as "1 session" or "2,000 sessions"."""
    return ngettext('{count} session', '{count} sessions', sessions)


def small_button(label: str, action: Callable[[], Awaitable[object]], whom: str) -> None:
    """A button that acts on one row.

    :param whom: on whom or what it acts, for screen readers
    """
    button = ActionButton(label, action, refused=_('Nothing was changed.')).button.classes('ls-small')
    button.props['aria-label'] = _('{act}: {whom}', act=label, whom=whom)
