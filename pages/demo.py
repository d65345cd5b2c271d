"""The demo: four tabs of this browser in one window, and how to get there from another device."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import segno
from nicegui import ui

from auth import framed, public
from auth.components import SessionLabel, SignOutButton, auth_state
from auth.language import _
from auth.live.tabs import tabs
from auth.rules.names import isolated
from auth.web.reach import Reach, reach_of

from .code import code_figure
from .panes import panes
from .parts import Static, Text, card, link, page_title


@public
async def board() -> None:
    """Build the board."""
    page_title(_('Demo'))
    Text('h1', _('Four tabs in one window'))
    Text('p', _('Each pane is a real tab of this browser, with a connection of its own. Sign out in one of them and '
              'watch the others.')).classes('ls-lead')
    panes(4)
    with ui.element('p').classes('ls-lead').bind_visibility_from(auth_state(), 'status', value='signed_out'):
        link(_('Sign in'), '/sign-in', redirect_url='/demo')
        Text('span', _(' first; the panes update by themselves.'))
    with card('device'):
        Text('h2', _('And another device'))
        Text('p', _('Frames share the cookies of their window, so a second device cannot be shown in one. Open this '
                  'address in a private window, another browser or a phone, and sign in there with the same account: '
                  'on the security page each of them can sign the other out.')).classes('ls-quiet')
        place = ui.element('div').classes('ls-reach')
    request = ui.context.client.request
    port = request.url.port or {'https': 443}.get(request.url.scheme, 80)
    reach = await asyncio.to_thread(reach_of, tabs().auth.settings, port)
    with place:
        _other_devices(reach, port, str(request.base_url).rstrip('/'))


def _other_devices(reach: Reach, port: int, here: str) -> None:
    best = f'{reach.urls[0] if reach.urls else here}/demo'
    with ui.element('div'):
        with ui.element('div').classes('ls-copy'):
            address = ui.element('input').props('id=demo-address readonly ')
            address.props['aria-label'] = _('Address of this page')
            address.props['value'] = best
            Text('button', _('Copy')).classes('ls-button').props(
                'type=button data-copy=demo-address data-copied=demo-copied')
            link(_('Security page'), '/account/security').classes('ls-button')
        Text('p').classes('ls-quiet').props('id=demo-copied role=status')
        if not reach.beyond_this_machine:
            Text('p', _('This server listens to this machine only. For a phone in the same network, stop it and start '
                        'it with:'))
            code_figure('reachable', f'uv run main.py --host 0.0.0.0 --port {port}', language='bash',
                        caption=_('Reachable from the network'))
    if reach.beyond_this_machine and reach.urls:
        with ui.element('figure').classes('ls-qr'):
            Static('div', _qr(best))
            Text('figcaption', _('Scan it with a phone in the same network.'))


def _qr(address: str) -> str:
    """The address as a QR code: an SVG with a name for screen readers."""
    drawn = segno.make_qr(address, error='m').svg_inline(scale=4, border=2, light='#fff', omitsize=True,
                                                         title=_('QR code: {address}', address=address))
    return drawn.replace('<svg', '<svg role="img"', 1)


@public
@framed
def pane(name: str = '') -> None:
    """Build what is in a pane.

    :param name: which of the panes it is
    """
    page_title(name or _('Tab'))
    state = auth_state()
    with ui.element('div').classes('ls-pane'):
        Text('h1', name or _('Tab')).classes('ls-unseen')
        SessionLabel().classes('ls-session-id ls-live')
        who = Text('p').classes('ls-quiet')
        who.bind_text_from(state, 'user', lambda user: (
            _('Signed in as {name}', name=isolated(user.name)) if user else ''))
        with ui.element('div').classes('ls-when-signed-in'):
            SignOutButton(redirect_url=f'/demo/pane?{urlencode({"name": name})}')
        with ui.element('div').classes('ls-when-signed-out'):
            sign_in = link(_('Sign in'), '/sign-in', redirect_url='/demo').classes('ls-button').props('target=_top')
            # NiceGUI would open it in the frame.
            sign_in.on('click', js_handler='(event) => event.stopPropagation()')
