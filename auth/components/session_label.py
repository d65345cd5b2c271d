# pyright: reportUnknownMemberType=false
"""The label that says which session is active, or that nobody is signed in."""

from __future__ import annotations

from nicegui import ui

from ..language import _
from .current_tab import auth_state


class SessionLabel(ui.label):
    """Reads "Active Session: sess_…" while the session lives, and "You are signed out" once it has ended."""

    def __init__(self) -> None:
        super().__init__()
        state = auth_state()
        texts = {'signed_out': _('You are signed out'), 'loading': _('Loading…')}
        self.bind_text_from(state, 'status', lambda status: (
            texts.get(status) or _('Active Session: {id}', id=state.session_id)))
        self.props('role=status translate=no')  # a translator would change the id
