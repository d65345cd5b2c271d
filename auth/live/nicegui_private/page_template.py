# pyright: reportUnknownMemberType=false, reportPrivateUsage=false
"""The template of every page: the inline scripts in it get the nonce of the request, and so do an author's.

Private: ``nicegui.client.templates``, the names ``head_html`` and ``body_html`` in its ``index.html``;
``_add_javascript`` of ``nicegui.functions.style``, and ``Client._head_html``, to which it adds.
Public way: none; a policy without ``'unsafe-inline'`` refuses the scripts that NiceGUI writes into its pages.
Guarded by tests/auth/test_nicegui_private.py.

It is the template that is changed, once, and not each page that was made of it: whatever somebody has got into a page,
such as a name that looks like a script, has no nonce.
"""

from __future__ import annotations

from jinja2 import ChoiceLoader, DictLoader
from nicegui import Client as Page
from nicegui import ui
from nicegui.client import templates
from nicegui.functions import style

from ...requests.base import with_base
from ...web.content_policy import NONCE, SCOPE_NONCE, with_nonce

_NAME = 'index.html'
_OF_REQUEST = f"request.scope['{SCOPE_NONCE}']"
_STYLE = '<script>addStyle('

_add_javascript = style._add_javascript


def give_nonces() -> None:
    """Let the template write nonces; once, before the first page."""
    environment = templates.env
    if environment.loader is None or 'with_nonce' in environment.filters:
        return
    source, _, _ = environment.loader.get_source(environment, _NAME)
    environment.filters.update(with_nonce=with_nonce, with_base=with_base)
    environment.loader = ChoiceLoader([DictLoader({_NAME: with_nonces(source)}), environment.loader])
    mark_styles()


def with_nonces(source: str) -> str:
    """The source of the template, in which each script has the nonce of the request."""
    for html in ('head_html', 'body_html'):
        source = source.replace(f'{{{{ {html} | safe }}}}',
                                f'{{{{ {html} | with_nonce({_OF_REQUEST}) | with_base(request.scope) | safe }}}}')
    return source.replace('<script', f'<script nonce="{{{{ {_OF_REQUEST} }}}}"')


def mark_styles() -> None:
    """Mark the scripts by which ``ui.add_css`` adds a style: those that the app has added so far, and those to come."""
    Page.shared_head_html = Page.shared_head_html.replace(_STYLE, _STYLE.replace('<script', f'<script {NONCE}'))
    style._add_javascript = _add_marked


def _add_marked(code: str, *, shared: bool = False) -> None:
    _add_javascript(code, shared=shared)
    written, marked = f'<script>{code}</script>\n', f'<script {NONCE}>{code}</script>\n'
    if shared:
        Page.shared_head_html = Page.shared_head_html.removesuffix(written) + marked
    else:
        page = ui.context.client
        page._head_html = page._head_html.removesuffix(written) + marked
