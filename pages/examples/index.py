"""The list of examples."""

from __future__ import annotations

from auth import public
from auth.language import _

from ..parts import Static, Text, page_title


def _examples() -> tuple[tuple[str, str, str], ...]:
    return (
        ('Next.js', '/examples/nextjs', _('A SignOutButton that signs out and goes to a redirect URL.')),
        ('JavaScript', '/examples/javascript', _('A plain button that signs out and refreshes the page.')),
        ('Expo', '/examples/expo', _('The same component in a view of the size of a phone.')),
        ('SwiftUI', '/examples/swiftui', _('A view with the active session and a button, or “You are signed out”.')),
        ('Android', '/examples/android', _('A view model with a UI state: loading, signed in, signed out.')),
    )


@public
def page() -> None:
    """Build the list of examples."""
    page_title(_('Examples'))
    Text('h1', _('Examples'))
    Text('p', _('Five ways to sign out, each beside the source it runs from. Open one in two tabs.')).classes('lead')
    Static('ul', ''.join(f'<li><a href="{path}"><h2>{title}</h2><p>{text}</p></a></li>'
                         for title, path, text in _examples())).classes('tiles')
