"""The content security policy: what a document may load and run, and who may show it in a frame.

A page runs the scripts of ``static/`` and of NiceGUI, and inline scripts that carry the nonce of this one answer.
Script that got into a page otherwise does not run. ``'unsafe-eval'`` has to stay: NiceGUI's page compiles its
templates, and runs what the server sends, by ``eval``. So does ``'unsafe-inline'`` for styles, which Quasar and NiceGUI
write.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from ..requests.api_prefix import USUAL_PREFIX, moved
from ..requests.asgi import Scope

NONCE = f'nonce="{secrets.token_urlsafe(16)}"'
"""What an inline script of an author has as an attribute, to run: ``ui.add_head_html(f'<script {NONCE}>…</script>')``.

In each page that is sent, the nonce of that page takes its place. What stands here is seen by nobody, and differs in
every process.
"""

SCOPE_NONCE = 'live_sessions.nonce'
"""The key under which the scope of a request for a page holds the nonce of its inline scripts."""

FRAMED = 'live_sessions.framed'
"""The key under which the scope of a request says that pages of this site may show the answer in a frame."""

REPORTS_PATH = f'{USUAL_PREFIX}/policy_reports'
"""Where browsers tell what they have refused to load or run; see ``auth.requests.api_prefix``."""

_PAGE: Mapping[str, str] = {
    'default-src': "'self'",
    'script-src': "'self'",
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data:",
    'font-src': "'self'",
    'connect-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
}

_NO_PAGE = "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'"
"""Of what is data or plain text: should a browser take it for a document, nothing in it runs. Its icon is drawn."""


def give_nonce(scope: Scope) -> None:
    """Let inline scripts of the answer to this request run, if they carry a nonce that nobody can know before."""
    scope[SCOPE_NONCE] = secrets.token_urlsafe(16)


def with_nonce(html: str, nonce: str) -> str:
    """Let those scripts run that an author has marked with ``NONCE``."""
    return html.replace(NONCE, f'nonce="{nonce}"')


class ContentPolicy:
    """Writes the policy of an answer.

    :param sources: what pages may load beside what is the site's own, by directive; see ``HeaderSettings``
    :param api_prefix: below which path browsers tell of what they have refused
    """

    def __init__(self, sources: Mapping[str, tuple[str, ...]], api_prefix: str = USUAL_PREFIX) -> None:
        directives = dict(_PAGE)
        for name, more in sources.items():
            directives[name] = ' '.join((directives.get(name, "'self'"), *more))
        scripts = directives.pop('script-src')
        rest = '; '.join(f'{name} {value}' for name, value in directives.items())
        # Not report-to as well: whoever knows that ignores this, and keeps reports back for minutes, or loses them.
        reports = f'; report-uri {moved(REPORTS_PATH, USUAL_PREFIX, api_prefix)}'
        self._of: dict[tuple[bool, bool], tuple[bytes, bytes]] = {}
        for framed in (False, True):
            ancestors = f'; frame-ancestors {_ancestors(framed)}'
            self._of[True, framed] = (f"script-src {scripts} 'nonce-".encode(),
                                      f"' 'unsafe-eval'; {rest}{ancestors}{reports}".encode())
            self._of[False, framed] = f'script-src {scripts}; {rest}{ancestors}{reports}'.encode(), b''
        self._no_page = {framed: f'{_NO_PAGE}; frame-ancestors {_ancestors(framed)}'.encode()
                         for framed in (False, True)}

    def of_document(self, scope: Scope) -> bytes:
        """The policy of HTML: with the nonce of its inline scripts, if it has one."""
        nonce: str | None = scope.get(SCOPE_NONCE)
        before, after = self._of[nonce is not None, FRAMED in scope]
        return before if nonce is None else before + nonce.encode() + after

    def of_anything_else(self, scope: Scope) -> bytes:
        """The policy of what is no document."""
        return self._no_page[FRAMED in scope]


def _ancestors(framed: bool) -> str:
    return "'self'" if framed else "'none'"
