# pyright: reportUnknownMemberType=false
"""Who a user is, as every row of the administration begins."""

from __future__ import annotations

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..access import ADMIN
from ..language import _
from ..rules.admin_queries import UserRow
from .isolated import Isolated


def say_who(row: UserRow, *, is_oneself: bool = False) -> None:
    """Draw the name with what applies to its user, the full name where that is another one, the address and the id.

    :param is_oneself: whether to mark it as the user who looks at it
    """
    with ui.element('p'):
        with ui.element('strong'):
            Isolated(row.user.name)
        for word, applies in ((_('Administrator'), row.user.is_admin), (_('Disabled'), row.disabled),
                              (_('This is you'), is_oneself)):
            if applies:
                Text(tag='span', text=word).classes('ls-badge')
        for role in sorted(row.user.roles - {ADMIN}):
            Text(tag='span', text=role).classes('ls-badge').props('translate=no')
    if row.user.full_name not in {'', row.user.name}:  # it could be taken for an address
        with ui.element('p').classes('ls-quiet'):
            Text(tag='span', text=_('Name: '))
            Isolated(row.user.full_name)
    with ui.element('p').classes('ls-quiet'):
        Isolated(row.user.email_address)
        Text(tag='span', text=f' · {row.user.id}').props('translate=no')
