# pyright: reportUnknownMemberType=false
"""What is shown where a page can't be."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from nicegui import ui

from ..access import Answer
from ..language import _
from ..web.redirects import CHOOSE_PATH, NEW_PASSWORD_PATH, SIGN_IN_PATH
from .tabs import tabs

log = logging.getLogger('live_sessions')


@dataclass(frozen=True, slots=True)
class Placeholders:
    """What is shown where a page can't be; each builds its content where it is called."""

    loading: Callable[[], None]
    """In place of a private page while it is not known who is signed in."""
    signed_out: Callable[[], None]
    """In place of a private page to somebody who is not signed in."""
    not_found: Callable[[], None]
    """For a path that is no page's."""
    failed: Callable[[Exception], None]
    """For a page whose builder failed, and with what: to be logged, not shown."""
    recently: Callable[[Callable[[], None]], None]
    """In place of a page that takes a password which was given a moment ago; called with what then shows the page."""

    def instead_of(self, what: Answer) -> Callable[[], None]:
        """What is shown to somebody who may not see a page."""
        return {Answer.LOADING: self.loading, Answer.SIGN_IN: self.signed_out, Answer.CHOOSE: self.signed_out,
                Answer.CHOOSE_PASSWORD: self.signed_out, Answer.NOT_THERE: self.not_found}[what]


def log_failure(error: Exception) -> str:
    """Write into the log why a page failed, and return the number under which it stands there."""
    number = secrets.token_hex(4)
    path = ui.context.client.sub_pages_router.current_path.partition('?')[0]
    log.error('error %s: the page at %r failed', number, path, exc_info=error,
              extra={'event': 'page_failed', 'number': number})
    return number


def _say(heading: str, target: str = '', link: str = '') -> None:
    ui.page_title(heading)
    ui.label(heading).props('role=status')
    if link:
        ui.link(link, target)


def _loading() -> None:
    _say(_('Loading…'))


def _signed_out() -> None:
    state = tabs().here().state
    here = quote(ui.context.client.sub_pages_router.current_path, safe='')
    if state.pending:
        _say(_('You are signed out'), f'{NEW_PASSWORD_PATH}?redirect_url={here}', _('Choose a new password'))
    elif state.sessions:
        _say(_('You are signed out'), f'{CHOOSE_PATH}?redirect_url={here}', _('Choose an account'))
    else:
        _say(_('You are signed out'), f'{SIGN_IN_PATH}?redirect_url={here}', _('Sign in'))


def _not_found() -> None:
    _say(_('There is no page here'))


def _failed(error: Exception) -> None:
    number = log_failure(error)
    _say(_('Something went wrong'))
    ui.label(_('The server could not show this page. Try again; if it stays so, tell us the number {number}.',
               number=number))


def _recently(_show_page: Callable[[], None]) -> None:
    here = quote(ui.context.client.sub_pages_router.current_path, safe='')
    _say(_('Enter your password'), f'{SIGN_IN_PATH}?redirect_url={here}', _('Sign in'))


PLAIN = Placeholders(_loading, _signed_out, _not_found, _failed, _recently)
"""They need nothing of a shell."""

_chosen = [PLAIN]


def choose_placeholders(placeholders: Placeholders) -> None:
    """Show these wherever a page does not bring its own."""
    _chosen[:] = [placeholders]


def chosen_placeholders() -> Placeholders:
    """What is shown where a page does not bring its own."""
    return _chosen[0]
