# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""A warning for authors: a password that is typed into Quasar's field goes over the websocket, key by key."""

from __future__ import annotations

import logging

from nicegui import Client as Page
from nicegui import ui

from .nicegui_private.inputs import is_password, on_password_input

log = logging.getLogger('live_sessions')


class TypedPasswords:
    """Warns once in a process: at the first field that is made for a password, or that a password is typed into."""

    def __init__(self) -> None:
        self._has_warned = False

    def install(self) -> None:
        """Look at each field that is made from now on."""
        on_password_input(self._warn)

    def look_at(self, page: Page, element_id: object) -> None:
        """Look at what an event comes from: an input may have become a password's after it was made."""
        element = page.elements.get(element_id) if isinstance(element_id, int) and not self._has_warned else None
        if element is not None and is_password(element):
            self._warn(element)

    def _warn(self, field: ui.element) -> None:
        if self._has_warned:
            return
        self._has_warned = True
        log.warning('the page at %s has a password field of Quasar\'s (%a): what is typed into it goes over the '
                    'websocket key by key, and the server holds it. Use password_field of auth.components in a form '
                    'that is posted', field.client.page.path, str(field.props.get('label', ''))[:100],
                    extra={'event': 'password_over_websocket'})
