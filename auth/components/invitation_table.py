# pyright: reportUnknownMemberType=false
"""The invitations that work, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _
from ..live.tabs import tabs
from ..rules.actor import Administrator, by_admin
from ..rules.invitations import ROWS_A_PAGE, OpenInvitation, find_invitations, withdraw_invitation
from ..rules.names import isolated
from .isolated import Isolated
from .live_rows import LiveRows
from .local_time import LocalTime
from .searched_section import small_button
from .section import Section


class InvitationTable(Section):
    """The invitations that nobody has used yet, the newest first; each can be withdrawn."""

    def __init__(self) -> None:
        super().__init__(_('Invitations'))
        self.classes('ls-administration')
        with self:
            self.rows = LiveRows[OpenInvitation](
                self._read, key=lambda row: row.id, draw=self._draw, concerns=lambda _: True,
                empty=_('There is no invitation that works.'),
                at_most_every_seconds=tabs().auth.timing.list_rest_seconds)

    @property
    def administrator(self) -> Administrator:
        """The administrator who uses the tab; the store checks that they still are one whenever they read or act."""
        return by_admin(self.tab.client, tabs().auth.settings.recent_authentication)

    async def _read(self, last: OpenInvitation | None, _: int) -> tuple[Sequence[OpenInvitation], bool]:
        rows = await tabs().auth.read(find_invitations, self.administrator, after=last, limit=ROWS_A_PAGE + 1)
        return rows[:ROWS_A_PAGE], len(rows) > ROWS_A_PAGE

    def _draw(self, row: OpenInvitation) -> None:
        whom = row.email_address or _('Any email address')
        with ui.element('div').classes('ls-row'):
            with ui.element('div').classes('ls-row-text'):
                with ui.element('p'), ui.element('strong'):
                    Isolated(whom)
                with ui.element('p').classes('ls-quiet'):
                    Text(tag='span', text=_('Mailed') if row.is_mailed else _('Handed over'))
                    Text(tag='span', text=' · ')
                    Isolated(row.by)
                    Text(tag='span', text=' · ')
                    Text(tag='span', text=_('works until'))
                    Text(tag='span', text=' ')
                    LocalTime(row.expire_at)
            with ui.element('div').classes('ls-actions'):
                small_button(_('Withdraw'), partial(self._withdraw, row), isolated(whom))

    async def _withdraw(self, row: OpenInvitation) -> None:
        await tabs().auth.run(withdraw_invitation, self.administrator, row.id, self.tab.request_info)
        self.rows.reload()
        self.tell(_('The invitation was withdrawn.'))
