# pyright: reportUnknownVariableType=false
"""Source code as people read and copy it: in colours, with every line whole however narrow the screen."""

from __future__ import annotations

import inspect
from functools import cache
from html import escape
from textwrap import dedent

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from auth.language import _

from .parts import Static


def code_figure(name: str, code: str, *, language: str, caption: str) -> Static:
    """A piece of source code with a caption and a button that copies it.

    :param name: unlike that of any other piece on the page, and an id
    :param language: as Pygments calls it
    :param caption: what it is, or in which file it is
    """
    copy = _('Copy')
    return Static('figure', (
        f'<figcaption><span>{escape(caption)}</span>'
        f'<span class="ls-quiet" id="{name}-copied" role="status"></span>'
        f'<button class="ls-button ls-small" type="button" aria-label="{copy}: {escape(caption)}" '
        f'data-copy="{name}" data-copied="{name}-copied">{copy}</button>'
        f'</figcaption><pre class="ls-source" id="{name}" translate="no" dir="ltr">{_in_colours(code, language)}</pre>'
    )).classes('ls-code')


def source_of(thing: object) -> str:
    """The source of a function, a method or a class, as it runs."""
    return dedent(inspect.getsource(thing)).rstrip()  # pyright: ignore[reportArgumentType]


@cache
def _in_colours(code: str, language: str) -> str:
    """The code as HTML, a box for each line, whose indentation is kept where it has to be broken."""
    marked = highlight(code, get_lexer_by_name(language, stripnl=False), HtmlFormatter(nowrap=True))
    lines = zip(code.rstrip('\n').split('\n'), marked.rstrip('\n').split('\n'), strict=True)
    return ''.join(f'<code style="--indent: {len(line) - len(line.lstrip(" "))}ch">{html}</code>\n'
                   for line, html in lines)
