"""The form for a code that was mailed, and the button that has another one mailed."""

from __future__ import annotations

from nicegui import ui

from auth.language import _

from .parts import Text, api_form, field


def code_form(path: str, submit: str, *, then: str, announce: bool = False) -> None:
    """Build it, on a page that was given an ``id`` and an ``email_address`` by the form before.

    :param path: of the Frontend API, with ``{id}``; ``/attempt_verification`` and the like come after it
    :param submit: what is written on the button
    :param then: where to go when the code was right
    :param announce: whether other tabs of this browser have to re-authenticate then
    """
    with ui.element('p'):
        Text('span', _('We have sent a mail to the address that you entered. Type the code that is in it.'))
        ui.element('strong').classes('ls-mailed-to').props('data-fragment=email_address translate=no dir=auto')
    with api_form(f'{path}/attempt_verification', submit, then=then, announce=announce, begin=True):
        entry = field('code', _('Code'), kind='text', autocomplete='one-time-code', last=True,
                      hint=_('Six digits. They work for ten minutes.'))
        entry.props('inputmode=numeric spellcheck=false autocapitalize=none autocorrect=off')
    with ui.element('div').classes('ls-nothing-came'):
        Text('p', _('No mail? Look into the folder for spam first.')).classes('ls-quiet')
        with api_form(f'{path}/prepare_verification', _('Send another code'), plain=True,
                      done=_('Another mail is on its way. Only the newest code works.')):
            pass
