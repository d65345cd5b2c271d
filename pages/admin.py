"""Administration: every user and every session, live."""

from __future__ import annotations

from nicegui import ui

from auth import admin_only
from auth.components import SessionTable, UserTable

from .parts import Text, page_tabs


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
    ui.page_title('Administration · Live Sessions')
    Text('h1', 'Administration')
    page_tabs('Administration', {'/admin': 'Users', '/admin/sessions': 'Sessions'}, path)
