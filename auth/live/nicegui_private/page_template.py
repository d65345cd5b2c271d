# pyright: reportUnknownMemberType=false
"""The template of every page: the inline scripts in it get the nonce of the request, and so do an author's.

Private: ``nicegui.client.templates``, the names ``head_html`` and ``body_html`` in its ``index.html``.
Public way: none; a policy without ``'unsafe-inline'`` refuses the scripts that NiceGUI writes into its pages.
Guarded by tests/auth/test_nicegui_private.py.

It is the template that is changed, once, and not each page that was made of it: whatever somebody has got into a page,
such as a name that looks like a script, has no nonce.
"""

from __future__ import annotations

from jinja2 import ChoiceLoader, DictLoader
from nicegui.client import templates

from ...web.content_policy import SCOPE_NONCE, with_nonce

_NAME = 'index.html'
_OF_REQUEST = f"request.scope['{SCOPE_NONCE}']"


def give_nonces() -> None:
    """Let the template write nonces; once, before the first page."""
    environment = templates.env
    if environment.loader is None or 'with_nonce' in environment.filters:
        return
    source, _, _ = environment.loader.get_source(environment, _NAME)
    environment.filters['with_nonce'] = with_nonce
    environment.loader = ChoiceLoader([DictLoader({_NAME: with_nonces(source)}), environment.loader])


def with_nonces(source: str) -> str:
    """The source of the template, in which each script has the nonce of the request."""
    for html in ('head_html', 'body_html'):
        source = source.replace(f'{{{{ {html} | safe }}}}',
                                f'{{{{ {html} | with_nonce({_OF_REQUEST}) | safe }}}}')
    return source.replace('<script', f'<script nonce="{{{{ {_OF_REQUEST} }}}}"')
