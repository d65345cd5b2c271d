"""The list of examples, each beside what it answers to."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.language import _

from ..parts import Text, button_link, page_title
from . import android, expo, ios, javascript, nextjs
from .frame import source_note

EXAMPLES = (nextjs.EXAMPLE, javascript.EXAMPLE, expo.EXAMPLE, ios.EXAMPLE, android.EXAMPLE)


@public
def page() -> None:
    """Build the list of examples."""
    page_title(_('Examples'))
    Text('h1', _('Examples'))
    Text('p', _('Five ways to sign out, each beside the source it runs from. Open one in two tabs.')).classes('ls-lead')
    source_note()
    for shown in EXAMPLES:
        with ui.element('section').classes('ls-example').props(f'aria-labelledby={shown.name}-heading'):
            with ui.element('div').classes('ls-example-head'):
                with ui.element('div'):
                    Text('h2', shown.title).props(f'id={shown.name}-heading')
                    Text('p', str(shown.text)).classes('ls-quiet')
                button_link(_('Run {example}', example=shown.title), shown.path, 'plain')
            shown.beside()
