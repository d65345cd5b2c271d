"""The normal forms of text: what is written in several ways is stored, or compared, in one."""

from __future__ import annotations

import string
import unicodedata

import idna
import regex

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_INVISIBLE = regex.compile(r'\p{Default_Ignorable_Code_Point}+')
_DOTTED_I = 'i\N{COMBINING DOT ABOVE}'

MOST_CHARACTERS = 4096
"""Of a longer text nothing beyond is looked at: to order very many accents takes the square of their number."""


def folded(text: str) -> str:
    """Fold a text, to search in it: letter case, normal form and invisible characters do not count.

    That is Unicode's NFKC_Casefold, with the Turkish İ as an i. Printable ASCII is only lowered, as ``lower()`` in SQL
    does: the triggers rely on that.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize('NFKC', whole_characters(text[:MOST_CHARACTERS]))
    for _ in range(2):  # folding may leave a normal form, and normalizing a folded one
        text = unicodedata.normalize('NFKC', text.casefold())
    return _INVISIBLE.sub('', text.replace(_DOTTED_I, 'i'))


def whole_characters(text: str) -> str:
    """Write a text without halves of characters, which no database takes: a command line may hold them, and JSON."""
    return text if text.isascii() else text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')


def search_text(email_address: str, first_name: str, last_name: str) -> str:
    """All of a user that is searched, folded."""
    return folded(f'{email_address} {first_name} {last_name}')


def stored_address(email_address: str) -> str:
    """Write an email address in the one way it is stored, whether it is one or not.

    Before the @ only ASCII letters are lowered: to lower others would make one address out of two that merely look
    alike. A domain is written as people read it, not as ``xn--…``.
    """
    text = unicodedata.normalize('NFC', whole_characters(email_address[:MOST_CHARACTERS]).strip())
    text = text if '@' in text else text.replace('\N{FULLWIDTH COMMERCIAL AT}', '@')  # a Japanese keyboard's
    local, at, domain = text.rpartition('@')
    return (local + at + _readable(domain)).translate(_ASCII_LOWER)


def _readable(domain: str) -> str:
    if domain.isascii() and 'xn--' not in domain.lower():
        return domain
    try:
        return idna.decode(idna.encode(domain, uts46=True))
    except (idna.IDNAError, UnicodeError):
        return domain
