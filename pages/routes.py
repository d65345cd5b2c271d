"""The table of routes. Each page says itself whether it is public or private."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import (
    account,
    admin,
    admin_user,
    choose,
    demo,
    email_address,
    forgot_password,
    home,
    invitations,
    new_password,
    reset_password,
    security,
    sign_in,
    sign_up,
    undo_address_change,
    verify,
)
from .examples import android, expo, index, ios, javascript, nextjs

ACCOUNT_PAGES: Mapping[str, Callable[..., object]] = {
    '/sign-in': sign_in.page,
    '/sign-in/choose': choose.page,
    '/sign-in/new-password': new_password.page,
    '/sign-up': sign_up.page,
    '/sign-up/verify': verify.page,
    '/forgot-password': forgot_password.page,
    '/reset-password': reset_password.page,
    '/undo-address-change': undo_address_change.page,
    '/account': account.page,
    '/account/security': security.page,
    '/account/email-address': email_address.page,
    '/admin': admin.users,
    '/admin/users/new': admin_user.new_user,
    '/admin/users/{user_id}': admin_user.user,
    '/admin/invitations': invitations.page,
    '/admin/invitations/made': invitations.made,
    '/admin/sessions': admin.sessions,
    '/admin/policy': admin.policy,
}
"""What comes with every app."""

ROUTES: dict[str, Callable[..., object]] = {
    '/': home.page,
    **ACCOUNT_PAGES,
    '/demo': demo.board,
    '/demo/pane': demo.pane,
    '/examples': index.page,
    '/examples/nextjs': nextjs.page,
    '/examples/javascript': javascript.page,
    '/examples/expo': expo.page,
    '/examples/ios': ios.page,
    '/examples/swiftui': ios.page,  # which it was called before
    '/examples/android': android.page,
}
"""The pages of our own app."""
