# pyright: reportUnknownMemberType=false
"""The button with the initials of whoever is signed in, and the account panel that it opens."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text
from nicegui.events import GenericEventArguments

from ..language import _
from ..live.opening import who_is_here
from ..rules.clients import UserView
from ..rules.names import isolated
from ..web.redirects import SIGN_IN_PATH
from .action_button import ActionButton
from .addresses import address_of
from .current_tab import auth_state, may_add_account
from .following import follow
from .isolated import Isolated
from .session_acts import choose
from .sign_out_button import SignOutButton

Other = tuple[str, UserView]
"""Another account of this browser: its session, and whose it is."""

Content = tuple[UserView, str | None, list[Other], bool]
"""What the panel shows: who is signed in, in which session, the other accounts, and whether one may be added."""

MANAGE_PATH = '/account'
ADMIN_PATH = '/admin'


class UserButton(ui.element):
    """An avatar that opens a panel: who is signed in, the other accounts of this browser, and signing out of them.

    The panel is a dialog, which static/live/account-panel.js opens and closes: the focus stays in it, and Escape closes
    it and puts the focus back. Its content is built when it is opened, and follows every change until it is closed or
    the person is signed out. The button's ``data-here`` says who is signed in; see ``who_is_here``.
    """

    def __init__(self) -> None:
        super().__init__('div')
        self.classes('ls-user-button')
        with self:
            self._button = ui.element('button').classes('ls-when-signed-in')
            self._button.props('type=button aria-haspopup=dialog data-takes-focus')
            self._panel = ui.element('dialog').classes('ls-account-panel')
            self._panel.props('tabindex=-1 data-takes-focus').props.update({
                'aria-label': _('Account panel'), 'data-loading': _('Loading…')})
            self._panel.on('opened', self._open, js_handler='(event) => emit(event.detail)')
            self._panel.on('close', self._closed, [])
        self._is_open = False
        self._opening: Any = None  # the number that the tab has given it
        self._content: Content | None = None
        self._state = auth_state()
        follow(self, self._follow)

    def _open(self, event: GenericEventArguments) -> None:
        if self._is_open and event.args != self._opening:
            self._show(None)  # it was not heard that it was closed, and the tab waits for what comes anew
        self._is_open, self._opening = True, event.args
        self._draw()

    def _closed(self) -> None:
        self._is_open = False
        self._show(None)

    def _follow(self) -> None:
        user = self._state.user
        shown = {'data-here': who_is_here(self._state), 'innerHTML': _face(user) if user else ''}
        dict.update(self._button.props, shown)  # past the observers of the props, who take longer than all the rest
        self._button.update()
        if self._is_open:
            self._draw()

    def _draw(self) -> None:
        state = self._state
        if state.status == 'signed_out':
            self._close()
        elif state.user is None:  # unknown at the moment, so nobody is shown
            self._show(None)
        else:
            others = [(other.id, other.user) for other in state.sessions if other.id != state.session_id]
            self._show((state.user, state.session_id, others, may_add_account()))

    def _show(self, content: Content | None) -> None:
        if content == self._content:  # redrawn it would lose the focus, and an error that it shows
            return
        self._content = content
        self._panel.clear()
        if content:
            with self._panel:
                self._fill(*content)

    def _fill(self, user: UserView, session_id: str | None, others: list[Other], may_add: bool) -> None:
        _preview(user)
        with ui.element('div').classes('ls-panel-actions'):
            Text(tag='a', text=_('Manage account')).classes('ls-button').props(f'href={address_of(MANAGE_PATH)}')
            if user.is_admin:
                Text(tag='a', text=_('Administration')).classes('ls-button').props(f'href={address_of(ADMIN_PATH)}')
            SignOutButton(session_id if others else None)
        for other_id, other in others:
            with ActionButton('', partial(self._choose, other_id), refused=_('Nothing was changed.')) as button:
                button.classes('ls-panel-account')
                _preview(other)
        if may_add:
            Text(tag='a', text=_('Add account')).classes('ls-panel-line').props(f'href={address_of(SIGN_IN_PATH)}')
        if others:
            SignOutButton(label=_('Sign out of all accounts'))

    async def _choose(self, session_id: str) -> None:
        await choose(session_id)
        self._close()

    def _close(self) -> None:
        if self.is_deleted:
            return
        self._closed()
        self._panel.run_method('close')


def _face(user: UserView) -> str:
    """The content of the button, as HTML: one element to redraw instead of three."""
    name = _('Account panel: {name}', name=isolated(user.name))
    return (f'<bdi class="ls-person" translate="no" aria-hidden="true">{escape(user.name)}</bdi> '
            f'<span class="ls-avatar" translate="no" aria-hidden="true">{escape(user.initials)}</span> '
            f'<span class="ls-unseen" translate="no">{escape(name)}</span>')


def _preview(user: UserView) -> None:
    with ui.element('span').classes('ls-preview'):
        Text(tag='span', text=user.initials).classes('ls-avatar').props('aria-hidden=true translate=no')
        with ui.element('span'):
            with ui.element('strong'):
                Isolated(user.name)
            if user.name != user.email_address:
                with ui.element('span').classes('ls-quiet'):
                    Isolated(user.email_address)
