"""Who reads what is written now, as far as their language goes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache

from babel.core import parse_locale
from babel.localedata import locale_identifiers

LANGUAGES = ('en', 'de')
"""The languages that the catalogue has; the first one is for whoever asks for none of them."""

_reader: ContextVar[str] = ContextVar('reader', default='en-US')


def tag() -> str:
    """Return the language and region of the reader, such as "en-GB" (BCP 47); for the formats of dates and numbers."""
    return _reader.get()


def language() -> str:
    """Return the language of the reader, one of ``LANGUAGES``."""
    return _reader.get().partition('-')[0]


def known_reader() -> str:
    """Return the same as ``tag``, or nothing where nobody reads, such as on the command line."""
    return _reader.get('')


def set_reader(reader: str) -> None:
    """Write for this reader from now on, in the task that calls and in those that it starts.

    :param reader: a tag that ``negotiate`` returned
    """
    _reader.set(reader)


@contextmanager
def reading(reader: str) -> Generator[None]:
    """Write for this reader in the block.

    :param reader: a tag that ``negotiate`` returned
    """
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def english() -> str:
    """Return the tag of the reader of logs."""
    return 'en-US'


@lru_cache(maxsize=256)
def negotiate(accept_language: str, only: str = '') -> str:
    """Choose the language that a reader likes best of those that there are (RFC 9110, section 12.5.4).

    :param accept_language: what their browser says; it may be anything
    :param only: the language of a site that has one only; their region is still theirs
    :return: a tag such as "de" or "en-GB"
    """
    languages = (only,) if only else LANGUAGES
    for spoken, region in _wanted(accept_language[:1000]):
        if spoken in languages:
            return f'{spoken}-{region}' if _exists(spoken, region) else _plain(spoken)
        if spoken == '*':
            break
    return _plain(languages[0])


def _plain(spoken: str) -> str:
    return 'en-US' if spoken == 'en' else spoken


def _exists(spoken: str, region: str | None) -> bool:
    return region is not None and f'{spoken}_{region}' in _known_locales()


@cache
def _known_locales() -> frozenset[str]:
    return frozenset(locale_identifiers())


def _wanted(accept_language: str) -> list[tuple[str, str | None]]:
    """The languages that are asked for and their regions, the dearest first."""
    rated: list[tuple[float, str, str | None]] = []
    for entry in accept_language.split(','):
        name, _, parameter = entry.strip().partition(';')
        try:
            quality = float(parameter.strip().removeprefix('q=')) if parameter else 1.0
            spoken, region = ('*', None) if name.strip() == '*' else parse_locale(name.strip(), sep='-')[:2]
        except ValueError:
            continue
        if 0 < quality <= 1:
            rated.append((quality, spoken, region))
    return [(spoken, region) for _, spoken, region in sorted(rated, key=lambda one: -one[0])]
