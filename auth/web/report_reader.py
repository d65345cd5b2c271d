"""What is read from the report of a browser: in the form of CSP 2 (``report-uri``), or of the Reporting API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from ..requests.origins import parse_origin
from ..rules.violations import Violation
from .redirects import FILES_PATH
from .routes import Routes

MOST_AT_ONCE = 20
"""Reports that are read of one request."""

_DIRECTIVE = re.compile(r'[a-z]+(?:-[a-z]+){1,3}')
_WORD = re.compile(r'[a-z]+(?:-[a-z]+)*')
_OWN_FILE = re.compile(rf'({FILES_PATH}/|/_nicegui/)(?:[0-9a-f]{{16}}/)?([\w./@-]{{1,100}})')
_EXTENSION = re.compile(r'[a-z]+(?:-[a-z]+)*-extension\b')
_SOMETHING = 'something else'


def read_report(sent: Any, routes: Routes) -> Iterator[Violation]:
    """Read what is in a report; whatever is not understood, and what an extension of the browser did, is left out."""
    bodies = [_of(sent, 'csp-report')] if isinstance(sent, dict) else [
        _of(one, 'body') for one in _list(sent) if _of(one, 'type') == 'csp-violation']
    for body in bodies[:MOST_AT_ONCE]:
        directive = _text(body, 'effectiveDirective', 'effective-directive', 'violated-directive').partition(' ')[0]
        blocked, source = _text(body, 'blockedURL', 'blocked-uri'), _text(body, 'sourceFile', 'source-file')
        if not _DIRECTIVE.fullmatch(directive) or len(directive) > 40 or any(
                map(_EXTENSION.match, (blocked, source))):
            continue
        line = _of(body, 'lineNumber') or _of(body, 'line-number')
        number = f':{line}' if isinstance(line, int) and 0 < line < 10**6 and source else ''
        yield Violation(_page(_text(body, 'documentURL', 'document-uri'), routes), directive, _blocked(blocked),
                        _source(source, routes) + number)


def _page(url: str, routes: Routes) -> str:
    """The page as the routes call it: parameters in its path may be anybody's."""
    found = routes.find(unquote(_path(url)))
    return found[0].path if found else _SOMETHING


def _blocked(url: str) -> str:
    if _WORD.fullmatch(url) and len(url) <= 40:
        return url  # such as inline, eval or data
    return _origin(url)


def _source(url: str, routes: Routes) -> str:
    if not url:
        return ''
    if own := _OWN_FILE.fullmatch(_path(url)):
        return own[1] + own[2]
    page = _page(url, routes)
    return _origin(url) if page is _SOMETHING else page


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return _SOMETHING
    scheme = {'ws': 'http', 'wss': 'https'}.get(parts.scheme, parts.scheme)
    if (origin := parse_origin(f'{scheme}://{parts.netloc}')) is not None:
        return f'{parts.scheme}://{origin.host}'
    return f'{parts.scheme}:' if _WORD.fullmatch(parts.scheme) and len(parts.scheme) <= 20 else _SOMETHING


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ''


def _text(body: Any, *names: str) -> str:
    found = next((value for name in names if isinstance(value := _of(body, name), str)), '')
    return found[:2000]


def _of(thing: Any, name: str) -> Any:
    return cast(dict[str, Any], thing).get(name) if isinstance(thing, dict) else None


def _list(thing: Any) -> list[Any]:
    return cast(list[Any], thing) if isinstance(thing, list) else []
