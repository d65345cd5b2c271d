# pyright: reportUnknownMemberType=false
"""Tells administrators that passwords are being guessed, while that goes on and for an hour after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _, ngettext
from ..live.tabs import tabs
from ..rules.actor import by_admin
from ..rules.guesses import CHANGED, Attack, read_attack
from .isolated import Isolated
from .live_rows import LiveRows
from .local_time import LocalTime


class AttackNotice(ui.element):
    """Shows nothing while there is no attack. How it goes on is not announced, only that there is one."""

    def __init__(self) -> None:
        super().__init__('div')
        self._tab = tabs().here()
        with self:
            self._words = Text(tag='strong', text='').props('role=status')
            self._rows = LiveRows[Attack](self._read, key=lambda attack: attack.since.isoformat(), draw=_draw,
                                          concerns=self._concerns, after=self._drawn,
                                          at_most_every_seconds=tabs().auth.timing.list_rest_seconds)
            self._rows.set_visibility(False)

    async def _read(self, last: Attack | None, page: int) -> tuple[Sequence[Attack], bool]:
        auth = tabs().auth
        found = await auth.read(read_attack, by_admin(self._tab.client),
                                most=auth.settings.alert_after_wrong_passwords)
        self._has_some = found is not None
        return [found] if found else [], False

    def _drawn(self) -> None:
        self._words.set_text(_('Somebody is guessing passwords.') if self._has_some else '')
        self._rows.set_visibility(self._has_some)
        self.classes(add='ls-notice') if self._has_some else self.classes(remove='ls-notice')

    def _concerns(self, user_ids: Collection[str]) -> bool:
        return CHANGED in user_ids


def _draw(attack: Attack) -> None:
    with ui.element('div').classes('ls-row-text'):
        wrong = ngettext('{count} wrong password', '{count} wrong passwords', attack.wrong)
        refused = ngettext('{count} more refused by a limit', '{count} more refused by a limit', attack.refused)
        Text(tag='p', text=f'{wrong}, {refused}')
        with ui.element('p').classes('ls-quiet'):
            Text(tag='span', text=_('Last:') + ' ')
            LocalTime(attack.last_at)
        for words, who in ((_('Most often for:'), attack.account), (_('Most often from:'), attack.address)):
            if who:
                with ui.element('p').classes('ls-quiet'):
                    Text(tag='span', text=f'{words} ')
                    Isolated(who)
