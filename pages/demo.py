"""The demo: four tabs of this browser in one window, and the address for another device."""

from __future__ import annotations

from urllib.parse import urlencode

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton, auth_state
from auth.language import _
from auth.rules.names import isolated

from .parts import Static, Text, card, link, page_title

PANES = 4


@public
def board() -> None:
    """Build the board. Each pane is a frame of the same origin: a real tab with a socket of its own."""
    page_title(_('Demo'))
    state = auth_state()
    Text('h1', _('Four tabs in one window'))
    Text('p', _('Each pane is a real tab of this browser, with a connection of its own. Sign out in one of them and '
              'watch the others.')).classes('lead')
    with ui.element('div').classes('panes'):
        for name in (_('Tab {number}', number=which + 1) for which in range(PANES)):
            with ui.element('figure'):
                Static('figcaption', f'<span></span><span></span><span></span>{name}')
                frame = ui.element('iframe').props(f'title="{name}"')
                frame.props['src'] = f'/demo/pane?{urlencode({"name": name})}'
    with ui.element('p').classes('lead').bind_visibility_from(state, 'status', value='signed_out'):
        link(_('Sign in'), '/sign-in', redirect_url='/demo')
        Text('span', _(' first; the panes update by themselves.'))
    with card('device'):
        Text('h2', _('And another device'))
        Text('p', _('Frames share the cookies of their window, so a second device cannot be shown in one. Open this '
                  'address in a private window, another browser or a phone, and sign in there with the same account: '
                  'on the security page each of them can sign the other out.')).classes('quiet')
        with ui.element('div').classes('copy'):
            address = ui.element('input').props('id=demo-address readonly ')
            address.props['aria-label'] = _('Address of this page')
            address.props['value'] = f'{str(ui.context.client.request.base_url).rstrip("/")}/demo'
            Text('button', _('Copy')).classes('button').props(
                'type=button data-copy=demo-address data-copied=demo-copied')
            link(_('Security page'), '/account/security').classes('button')
        Text('p').classes('quiet').props('id=demo-copied role=status')


@public
def pane(name: str = '') -> None:
    """Build what is in a pane.

    :param name: which of the panes it is
    """
    page_title(name or _('Tab'))
    state = auth_state()
    with ui.element('div').classes('pane'):
        SessionLabel().classes('session-id live')
        who = Text('p').classes('quiet')
        who.bind_text_from(state, 'user', lambda user: (
            _('Signed in as {name}', name=isolated(user.name)) if user else ''))
        with ui.element('div').classes('when-signed-in'):
            SignOutButton(redirect_url=f'/demo/pane?{urlencode({"name": name})}')
        with ui.element('div').classes('when-signed-out'):
            sign_in = link(_('Sign in'), '/sign-in', redirect_url='/demo').classes('button').props('target=_top')
            # NiceGUI would open it in the frame.
            sign_in.on('click', js_handler='(event) => event.stopPropagation()')
