"""Administration: every user and every session, live."""

from __future__ import annotations

from auth import admin_only
from auth.components import SessionTable, UserTable
from auth.language import _

from .parts import Text, page_tabs, page_title


@admin_only
def users() -> None:
    """Build the page of users."""
    _heading('/admin')
    UserTable()


@admin_only
def sessions() -> None:
    """Build the page of sessions."""
    _heading('/admin/sessions')
    SessionTable()


def _heading(path: str) -> None:
    page_title(_('Administration'))
    Text('h1', _('Administration'))
    page_tabs(_('Administration'), {'/admin': _('Users'), '/admin/sessions': _('Sessions')}, path)
