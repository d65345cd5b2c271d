# pyright: reportUnknownMemberType=false
"""The line that says why somebody was signed out, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui.elements.mixins.text_element import TextElement

from ..errors import UserDisabled
from ..language import N_, Message, _
from ..rules.ends import End, Why
from .current_tab import auth_state

_WORDS: Mapping[Why, Message] = {
    Why.SIGNED_OUT: N_('You signed out in this browser.'),
    Why.REVOKED: N_('This device was signed out from another one. If that was not you, sign in and change your '
                    'password.'),
    Why.BY_ADMINISTRATOR: N_('An administrator signed you out. Sign in again to go on.'),
    Why.BY_SERVER: N_('A server of this site signed you out. Sign in again to go on.'),
    Why.PASSWORD_CHANGED: N_('Your password was changed on another device. Sign in with the new one.'),
    Why.PASSWORD_CHANGED_BY_ADMINISTRATOR: N_('An administrator changed your password. Sign in with the new one.'),
    Why.PASSWORD_RESET: N_('A new password was chosen with a link that was mailed to you. Sign in with the new one. If '
                           'that was not you, reset it again.'),
    Why.ADDRESS_CHANGE_UNDONE: N_('The change of your email address was undone. Sign in with the earlier address; if '
                                  'you have no new password yet, reset it.'),
    Why.WRONG_PASSWORDS: N_('A wrong password was entered too often. Sign in to go on.'),
    Why.DISABLED: UserDisabled.text,
    Why.EXPIRED: N_('Your session has reached its age limit. Sign in again to go on.'),
    Why.ABANDONED: N_('You were signed out because nobody was active for a while. Sign in again to go on.'),
    Why.REPLACED: N_('You are signed in on as many other devices as you may be, and this one was used least recently. '
                     'Sign in again to go on.'),
    Why.ACCOUNT_DELETED: N_('Your account was deleted.'),
    Why.ENDED: N_('This device was signed out. Sign in again to go on.'),
}


class WhySignedOut(TextElement):
    """Reads why the session has ended that was in use here, and is empty while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(tag='p', text='')
        self.classes('ls-why').bind_text_from(auth_state(), 'end', describe_end)


def describe_end(end: End | None) -> str:
    """Say why a session has ended, and what to do next."""
    if end is None:
        return ''
    if end.from_device is not None and end.why is Why.REVOKED:
        return _('This device was signed out from {device}. If that was not you, sign in and change your password.',
                 device=end.from_device)
    if end.from_device is not None and end.why is Why.PASSWORD_CHANGED:
        return _('Your password was changed on {device}. Sign in with the new one.', device=end.from_device)
    return str(_WORDS[end.why])
