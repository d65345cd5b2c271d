"""Administration: every user and every session, live, and what browsers have refused."""

from __future__ import annotations

from nicegui import ui

from auth import admin_only
from auth.components import AttackNotice, PolicyViolations, SessionTable, UserTable
from auth.language import _

from .parts import Text, button_link, page_tabs, page_title


@admin_only
def users(q: str = '') -> None:
    """Build the page of users.

    :param q: what is searched for
    """
    admin_heading('/admin', _('Users'))
    with ui.element('p'):
        button_link(_('Add user'), '/admin/users/new')
    UserTable(q)


@admin_only
def sessions(q: str = '') -> None:
    """Build the page of sessions.

    :param q: what is searched for
    """
    admin_heading('/admin/sessions', _('Sessions'))
    SessionTable(q)


@admin_only
def policy() -> None:
    """Build the page of what browsers have refused."""
    admin_heading('/admin/policy', _('Content policy'))
    PolicyViolations()


def admin_heading(path: str, name: str) -> None:
    """Build the heading of the pages of administration, with links between them."""
    page_title(_('Administration') + f': {name}')
    Text('h1', _('Administration'))
    AttackNotice()
    page_tabs(_('Administration'), {
        '/admin': _('Users'), '/admin/invitations': _('Invitations'), '/admin/sessions': _('Sessions'),
        '/admin/policy': _('Content policy')}, path)
