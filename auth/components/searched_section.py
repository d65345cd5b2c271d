# pyright: reportUnknownMemberType=false
"""What the tables of administration share: a search field, and buttons that act on one row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from ..language import _, ngettext
from ..rules.actor import Administrator, by_admin
from .action_button import ActionButton
from .live_rows import LiveRows
from .section import Section

MAX_SEARCH = 100
"""Characters of what is typed into the search field; the rest is ignored."""


class SearchedSection(Section):
    """A section with a search field; ``rows``, which the table sets, is read again when somebody types.

    :param name: what is written in the heading
    :param hint: what the field is for
    """

    rows: LiveRows[Any]

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
    def administrator(self) -> Administrator:
        """The administrator who uses the tab; the store checks that they still are one whenever they read or act."""
        return by_admin(self.tab.client)

    def _search(self, event: GenericEventArguments) -> None:
        self.words = str(event.args)[:MAX_SEARCH]
        self.rows.begin()


def counted(sessions: int) -> str:
    """Such as "1 session" or "2,000 sessions"."""
    return ngettext('{count} session', '{count} sessions', sessions)


def small_button(label: str, action: Callable[[], Awaitable[object]], whom: str) -> None:
    """A button that acts on one row.

    :param whom: on whom or what it acts, for screen readers
    """
    button = ActionButton(label, action, refused=_('Nothing was changed.')).button.classes('small')
    button.props['aria-label'] = _('{act}: {whom}', act=label, whom=whom)
