"""Signing in again in a session that lives, before it reaches its age limit."""

from __future__ import annotations

from nicegui import ui

from ..language import _
from .dialog import Question
from .password_dialog import PasswordDialog, place_of_dialogs


def offer_to_sign_in_again(element: ui.element) -> None:
    """Have an element ask for the password whenever static/live/countdown.js tells it to.

    Who gives it goes on with their session, which begins anew: the page stays as it is, and what was typed with it.
    """
    element.on('renew', lambda event: _ask(event.sender), [])


def _ask(element: ui.element) -> None:
    with place_of_dialogs(element):
        PasswordDialog(Question(title=_('Sign in again'), act=_('Sign in'),
                                text=_('Your session goes on then, and this page stays as it is.')), _nothing_more)


async def _nothing_more() -> None:
    """The password was all."""
