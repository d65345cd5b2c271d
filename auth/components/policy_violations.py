# pyright: reportUnknownMemberType=false
"""What browsers have refused to load or run, for administrators."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _, ngettext
from ..live.tabs import tabs
from ..rules.actor import by_admin
from ..rules.violations import Noted, find_violations
from .isolated import Isolated
from .live_rows import LiveRows
from .local_time import LocalTime
from .section import Section


class PolicyViolations(Section):
    """What browsers have refused, the latest first."""

    def __init__(self) -> None:
        super().__init__(_('Content policy'))
        self.classes('ls-administration')
        with self:
            Text(tag='p', text=_(
                'Browsers have refused this on pages of the site. If it is yours, name where it comes from in the '
                'setting CONTENT_SOURCES. An extension of a browser may be the reason, too, and anybody can send such '
                'a report.')).classes('ls-quiet')
            LiveRows[Noted](self._read, key=lambda noted: noted.violation.id, draw=_draw, concerns=lambda _: True,
                            empty=_('Nothing was refused.'),
                            at_most_every_seconds=tabs().auth.timing.list_rest_seconds)

    async def _read(self, last: Noted | None, page: int) -> tuple[Sequence[Noted], bool]:
        return await tabs().auth.read(find_violations, by_admin(self.tab.client)), False


def _draw(noted: Noted) -> None:
    violation = noted.violation
    with ui.element('div').classes('ls-row'), ui.element('div').classes('ls-row-text'):
        with ui.element('p'), ui.element('strong').props('translate=no'):
            Isolated(violation.blocked)
        with ui.element('p').classes('ls-quiet').props('translate=no'):
            Isolated(' · '.join(filter(None, (violation.directive, violation.page, violation.source))))
        with ui.element('p').classes('ls-quiet'):
            Text(tag='span', text=ngettext('{count} time', '{count} times', noted.count) + ' · ')
            LocalTime(noted.last_at)
