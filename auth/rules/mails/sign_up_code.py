"""Brings the code with which a sign-up is finished; who has an account already is told that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...language import _
from ...mail.content import Code, Content, Link
from .code_mail import CodeMail, how_long


@dataclass(frozen=True, kw_only=True)
class SignUpCode(CodeMail):
    """Posted by a sign-up, whether the address has an account or not."""

    kind: ClassVar[str] = 'sign_up_code'

    def content(self, secret: str) -> Content:
        """Give the code, or tell that there is an account."""
        if not secret:
            return Content(
                _('You have an account already'),
                (_('Somebody, perhaps you, wanted to sign up with this email address. There is an account with it '
                   'already, so no other one was made.'),
                 _('If it was you, sign in. If you do not know your password any more, “Forgot password?” is there.')),
                Link(_('Sign in'), '/sign-in'),
                (_('If it was not you, there is nothing to do.'),))
        return Content(
            _('Your code to sign up'),
            (_('Type this code where you have begun to sign up.'),),
            Code(secret),
            (how_long(), _('If you did not want to sign up, do nothing: without the code no account is made.')))
