"""The list of examples."""

from __future__ import annotations

from nicegui import ui

from auth import public

from ..parts import Static, Text

_EXAMPLES = (
    ('Next.js', '/examples/nextjs', 'A SignOutButton that signs out and goes to a redirect URL.'),
    ('JavaScript', '/examples/javascript', 'A plain button that signs out and refreshes the page.'),
    ('Expo', '/examples/expo', 'The same component in a view of the size of a phone.'),
    ('SwiftUI', '/examples/swiftui', 'A view with the active session and a button, or “You are signed out”.'),
    ('Android', '/examples/android', 'A view model with a UI state: loading, signed in, signed out.'),
)


@public
def page() -> None:
    """Build the list of examples."""
    ui.page_title('Examples · Live Sessions')
    Text('h1', 'Examples')
    Text('p', 'Five ways to sign out, each beside the source it runs from. Open one in two tabs.').classes('lead')
    Static('ul', ''.join(f'<li><a href="{path}"><h2>{title}</h2><p>{text}</p></a></li>'
                         for title, path, text in _EXAMPLES)).classes('tiles')
