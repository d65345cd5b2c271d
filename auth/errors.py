"""What can go wrong, as one tree. Each error carries what its handler needs, in Clerk's codes, and says what to do."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any, ClassVar

from .language import N_, Message, english, nN_, reading


class AuthError(Exception):
    """Something was refused, and nothing was changed, unless it says so."""

    code: ClassVar[str] = 'error'
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    text: ClassVar[Message] = N_('That did not work. Try again.')
    """What it says where nothing else is given."""
    tells_all: ClassVar[bool] = False
    """Whether the message alone says what became of whom; nothing is put before it."""
    retry_after: float | None = None
    """In how many seconds it may work, if that is known."""

    def __init__(self, text: Message | str | None = None, *, param: str | None = None) -> None:
        super().__init__()
        self._text = text or self.text
        self.param = param
        """The form field concerned, if it is one."""
        self.also: tuple[AuthError, ...] = ()
        """What is to be corrected in other fields."""

    @property
    def meta(self) -> dict[str, Any]:
        """What a program that is refused has to know beside the code."""
        return {'param_name': self.param} if self.param else {}

    @property
    def message(self) -> str:
        """What happened and what to do next, in the language of whoever reads it."""
        return str(self._text)

    def __str__(self) -> str:
        """The same in English, for logs and the command line."""
        with reading(english()):
            return str(self._text)


class PasswordIncorrect(AuthError):
    """Wrong password, or nobody has that address: a stranger is not told which (ASVS 6.3.8)."""

    code = 'form_password_incorrect'
    text = N_('The email address or the password is incorrect. Try again.')


class IdentifierExists(AuthError):
    """Somebody has signed up with that address already."""

    code = 'form_identifier_exists'
    text = N_('That email address is taken. Sign in instead, or use another one.')


class ParamMissing(AuthError):
    """A field that is needed is not there, or is empty."""

    code = 'form_param_missing'
    text = N_('Fill in this field.')


class ParamInvalid(AuthError):
    """A field holds something that it can't hold."""

    code = 'form_param_format_invalid'


class PasswordTooShort(AuthError):
    """Shorter than the rule allows."""

    code = 'form_password_length_too_short'


class PasswordTooLong(AuthError):
    """Longer than the rule allows."""

    code = 'form_password_length_too_long'


class PasswordTooCommon(AuthError):
    """Among the first that anybody would try."""

    code = 'form_password_pwned'


class PasswordTooWeak(AuthError):
    """Quickly guessed, whatever its length."""

    code = 'form_password_not_strong_enough'


class SessionExists(AuthError):
    """In single-session mode, somebody is signed in on this client already."""

    code = 'session_exists'
    status = HTTPStatus.BAD_REQUEST
    text = N_("You're already signed in. Sign out first to use another account.")


class ClientRenewed(AuthError):
    """Another request of the same browser gave it a new cookie at the same moment; with that one this would work."""

    code = 'client_renewed'
    status = HTTPStatus.CONFLICT
    text = N_('This browser signed in in another tab at the same moment. Try again; if that does not help, wait a '
              'minute.')


class SessionNotFound(AuthError):
    """No session of this client that is signed in: unknown, somebody else's, ended and malformed are not told apart."""

    code = 'resource_not_found'
    status = HTTPStatus.NOT_FOUND
    tells_all = True
    text = N_('That session is not signed in on this browser. Nobody was signed out; reload the page to see who is.')


class SessionDead(AuthError):
    """The same, where a client goes on using a session: it is told that this is over, and asks who is signed in."""

    code = 'authentication_invalid'
    status = HTTPStatus.UNAUTHORIZED
    tells_all = True
    text = SessionNotFound.text


class NotSignedIn(AuthError):
    """The act needs somebody who is signed in, and the session that asks is not, or not any more."""

    code = 'authentication_invalid'
    status = HTTPStatus.UNAUTHORIZED
    tells_all = True
    text = N_('You are signed out. Nothing was changed. Sign in and try again.')


class TooManyWrongPasswords(NotSignedIn):
    """The current password was wrong so often in one session that it has ended."""

    text = N_('Wrong passwords were entered five times in a row. You were signed out here, and nothing was changed. '
              'Sign in and try again.')


class NotAllowed(AuthError):
    """The act is an administrator's, and the session that asks is none's."""

    code = 'authorization_invalid'
    status = HTTPStatus.FORBIDDEN
    tells_all = True
    text = N_('Only an administrator may do this. Nothing was changed.')


class ReverificationRequired(AuthError):
    """The act asks for a password that was given a moment ago in the session that acts, and it was not.

    :param session_id: the session that acts
    :param minutes: how long ago it may have been given
    """

    code = 'session_reverification_required'
    status = HTTPStatus.FORBIDDEN
    tells_all = True
    text = N_('This needs your password, which you have not entered for a while. Nothing was changed. '
              'Enter it, and try again.')

    def __init__(self, session_id: str, minutes: float) -> None:
        super().__init__()
        self.session_id = session_id
        self.minutes = minutes

    @property
    def meta(self) -> dict[str, Any]:
        """What has to be verified, in Clerk's words."""
        return {'session_id': self.session_id,
                'reverification': {'level': 'first_factor', 'afterMinutes': self.minutes}}


class LastAdministrator(AuthError):
    """It would leave the site without an administrator."""

    code = 'last_administrator'
    status = HTTPStatus.FORBIDDEN
    tells_all = True
    text = N_('This is the only administrator who can sign in. Nothing was changed. '
              'Make somebody else an administrator first.')


class UserNotFound(AuthError):
    """There is no such user, or not any more."""

    code = 'resource_not_found'
    status = HTTPStatus.NOT_FOUND
    tells_all = True
    text = N_('There is no such user. Nothing was changed; look for them by another address or id.')


class TooBusy(AuthError):
    """More passwords wait to be hashed than can be hashed in a time that anybody would wait."""

    code = 'too_many_requests'
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 5
    text = N_('Very many people are signing in right now. Nothing was changed. Try again in a few seconds.')


class TooManySockets(AuthError):
    """As many connections stay open as may."""

    code = 'too_many_requests'
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 30
    text = N_('There are too many open connections. Try again in a moment.')


class LimitReached(AuthError):
    """It was tried too often: for an account, from an address, or in a browser. Nobody is told which, nor whether there
    is such an account."""

    code = 'too_many_requests'
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after: float, kind: str = '') -> None:
        super().__init__(nN_('Too many attempts. Nothing was changed. Wait {count} minute, then try again.',
                             'Too many attempts. Nothing was changed. Wait {count} minutes, then try again.',
                             math.ceil(retry_after / 60)))
        self.retry_after = retry_after
        self.kind = kind
        """Of whom it was too much: an account, an address or a browser."""


class AccountLocked(AuthError):
    """Too many wrong passwords in a row: none is looked at any more, until the account has another one."""

    code = 'user_locked'
    status = HTTPStatus.FORBIDDEN
    text = N_('Wrong passwords were entered for this account too many times in a row, so it takes none any more. Reset '
              'the password, or ask the administrator of this site for another one.')


class AccountLimitReached(AuthError):
    """The browser holds as many accounts as it may."""

    code = 'account_limit_reached'
    status = HTTPStatus.FORBIDDEN

    def __init__(self, limit: int) -> None:
        super().__init__(nN_('This browser holds {count} account, which is the most it may. '
                             'Sign out of it, then add this one.',
                             'This browser holds {count} accounts, which is the most it may. '
                             'Sign out of one of them, then add this one.', limit))


class UserDisabled(AuthError):
    """The right password of a user whom an administrator has disabled."""

    code = 'user_deactivated'
    status = HTTPStatus.FORBIDDEN
    text = N_('This account has been disabled. Ask the administrator of this site.')


class AddressUnconfirmed(AuthError):
    """Somebody has proved an address, and whoever made the account with it never had to: it may be somebody else's."""

    code = 'email_address_unconfirmed'
    status = HTTPStatus.FORBIDDEN
    tells_all = True
    text = N_('It is not confirmed that the account with this email address is yours, so you were not signed in. '
              'Sign in with its password, or ask the administrator of this site.')


class StoreAway(AuthError):
    """The store can't be reached: nothing was changed, and whoever was signed in still is."""

    code = 'store_unavailable'
    status = HTTPStatus.SERVICE_UNAVAILABLE
    text = N_('The server cannot reach its data right now. Nothing was changed. Try again in a moment.')


class StoreNotWritable(StoreAway):
    """The store can be read and not written, as with a full disk. Nothing was changed, not even by a commit."""

    text = N_('The server cannot save anything right now. Nothing was changed. Try again in a moment.')


class OutcomeUnknown(StoreAway):
    """The store went away while it was told to commit: it was done wholly, or not at all."""

    code = 'outcome_unknown'
    tells_all = True
    text = N_('The server lost its data before it was told whether this was done. Reload the page in a moment to see, '
              'and try again if it was not.')


class SomeEnded(AuthError):
    """The store went away while very many sessions were ended: so many have ended for good, and the others have not."""

    code = 'store_unavailable'
    status = HTTPStatus.SERVICE_UNAVAILABLE
    tells_all = True

    def __init__(self, count: int) -> None:
        super().__init__(nN_('{count} session ended, then the server could not reach its data. '
                             'The others are still signed in. Try again in a moment to end the rest.',
                             '{count} sessions ended, then the server could not reach its data. '
                             'The others are still signed in. Try again in a moment to end the rest.', count))
