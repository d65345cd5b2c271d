"""The catalogue of texts: what stands in the code, in the language of whoever reads it."""

from __future__ import annotations

import gettext
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from .reader import language, tag


def _(text: str, **values: object) -> str:
    """Return a text in the language of the reader.

    :param text: in English; a value stands in it as its name in braces
    """
    return _fill(_translations(language()).gettext(text), values)


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Return a text in the form that a number asks for; ``{count}`` stands in it for that number."""
    return _fill(_translations(language()).ngettext(one, many, count), {'count': number(count), **values})


def number(value: int) -> str:
    """Write a number as the reader does, such as "1,234" or "1.234"."""
    return format_decimal(value, locale=tag().replace('-', '_'))


@dataclass(frozen=True, slots=True)
class Message:
    """A text that is put into a language when it is read: ``str(message)``."""

    text: str
    many: str = ''
    """Its form for many, if a number decides."""
    count: int = 0
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        if self.many:
            return ngettext(self.text, self.many, self.count, **self.values)
        return _(self.text, **self.values)

    def is_typed(self, typed: str) -> bool:
        """Tell whether somebody has typed this text, in their language or in English."""
        return typed.strip().casefold() in {str(self).casefold(), self.text.casefold()}


def N_(text: str, **values: object) -> Message:  # the usual name
    """Hold a text, as ``_`` does, for whoever will read it."""
    return Message(text, values=values)


def nN_(one: str, many: str, count: int, **values: object) -> Message:  # beside N_
    """Hold a text, as ``ngettext`` does, for whoever will read it."""
    return Message(one, many, count, values)


def _fill(text: str, values: dict[str, object]) -> str:
    return text.format_map(values) if values else text


@cache
def _translations(spoken: str) -> gettext.NullTranslations:
    file = Path(__file__).parent / f'{spoken}.po'
    if not file.exists():  # English is what stands in the code
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open('rb') as source:
        write_mo(compiled, read_po(source, locale=spoken))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
