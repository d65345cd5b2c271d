# pyright: reportUnknownMemberType=false
"""A field for a password, or for another secret, that keeps what is typed in the browser until its form is posted.

Quasar's ``ui.input(password=True)`` sends each keystroke over the websocket, and the server holds what was typed.
"""

from __future__ import annotations

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _


def password_field(name: str, label: str, *, autocomplete: str = 'off', required: bool = True) -> ui.element:
    """Draw a native field with a label, and a button that shows what was typed; returns the input.

    Put it into a form: ``ui.element('form').props('method=post action=/api/keys')``. The server gets it with the form,
    over HTTP, at a route of yours, and has no value of it before.

    :param name: under which it is posted; a page has one field of each name
    :param autocomplete: what password managers may fill in: ``current-password``, ``new-password`` or ``off``
    """
    with ui.element('div').classes('ls-field'):
        Text(tag='label', text=label).props(f'for={name}')
        return password_entry(name, name, autocomplete=autocomplete, required=required)


def password_entry(entry_id: str, name: str, *, autocomplete: str, required: bool = True) -> ui.element:
    """Draw the same without a label; returns the input."""
    with ui.element('div').classes('ls-password'):
        entry = ui.element('input').props(
            f'id={entry_id} name={name} type=password autocomplete={autocomplete} enterkeyhint=go autocapitalize=none '
            'autocorrect=off spellcheck=false').props('required' if required else '')
        entry.props['aria-describedby'] = f'{entry_id}-error {entry_id}-caps'
        show = ui.element('button').classes('ls-show-password')
        show.props(f'type=button data-shows={entry_id} aria-controls={entry_id}').props['innerHTML'] = ''.join(
            f'<span data-{state}>{seen}<span class="ls-unseen">{unseen}</span></span>' for state, seen, unseen in (
                ('show', _('Show'), _(' the password')), ('hide', _('Hide'), _(' the password'))))
    Text(tag='p', text='').classes('ls-caps-lock').props(f'id={entry_id}-caps data-caps role=status')
    Text(tag='p', text='').classes('ls-error').props(f'id={entry_id}-error data-error={name}')
    return entry
