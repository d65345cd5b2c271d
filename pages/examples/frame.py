"""What is around every example: its title, the example itself, and its source."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from nicegui import ui
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from auth.language import _

from ..parts import Text, card, link, page_title


@contextmanager
def example(title: str, text: str, file: str) -> Generator[None]:
    """Frame an example, which is built within the ``with`` block.

    :param title: the platform
    :param text: what the example shows
    :param file: the ``__file__`` of the example
    """
    page_title(title)
    link(_('← All examples'), '/examples').classes('back')
    Text('h1', title)
    Text('p', text).classes('lead')
    with ui.element('div').classes('example'):
        with card('running'):
            yield
        with ui.element('figure'):
            Text('figcaption', f'pages/examples/{Path(file).name}').props('translate=no')
            source = ui.html(_source(file), sanitize=False).classes('source')
            source.props('tabindex=0 role=region aria-label=Source translate=no')


@cache
def _source(file: str) -> str:
    """The source as HTML; it is our own file, so nothing has to be sanitized."""
    return highlight(Path(file).read_text(encoding='utf-8'), PythonLexer(), HtmlFormatter(nowrap=False))
