"""Administration: every user and every session, live, and what browsers have refused."""

from __future__ import annotations

from auth import admin_only
from auth.components import PolicyViolations, SessionTable, UserTable
from auth.language import _

from .parts import Text, page_tabs, page_title


@admin_only
def users(q: str = '') -> None:
    """Build the page of users.

    :param q: what is searched for
    """
    _heading('/admin', _('Users'))
    UserTable(q)


@admin_only
def sessions(q: str = '') -> None:
    """Build the page of sessions.

    :param q: what is searched for
    """
    _heading('/admin/sessions', _('Sessions'))
    SessionTable(q)


@admin_only
def policy() -> None:
    """Build the page of what browsers have refused."""
    _heading('/admin/policy', _('Content policy'))
    PolicyViolations()


def _heading(path: str, name: str) -> None:
    page_title(_('Administration') + f': {name}')
    Text('h1', _('Administration'))
    page_tabs(_('Administration'), {
        '/admin': _('Users'), '/admin/sessions': _('Sessions'), '/admin/policy': _('Content policy')}, path)
