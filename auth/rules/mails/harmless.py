"""What people chose, made into plain words that a mail may hold.

Anybody can make this site write to somebody else, by their address. So no value may make a mail say or do something for
its sender: no link, nothing that a program for mail would make into one, no line of a header, no more than a few words.
HTML is escaped where it is written.
"""

from __future__ import annotations

import unicodedata

import regex

from ..names import clean_name

MAX_WORDS = 60
"""Characters of a value; what is longer is a message of its own."""

_JOINS = regex.compile(r'([^\s\p{L}\p{N}]+)(?=[\p{L}\p{N}])')
_COMMON_ADDRESS = regex.compile(r"[A-Za-z0-9_.+'-]{1,64}@[\p{L}\p{M}\p{N}.-]{1,253}")
_IN_ADDRESSES = frozenset('./:\\@?#=&%_~+')


def harmless(text: str) -> str:
    """Return the text without what cannot be seen, short, and with nothing in it that could be a link.

    A sign that joins the parts of an address is followed by a space: "J.R. Smith" is written "J. R. Smith", and
    "https://evil.example" is words that no program takes for a link.
    """
    seen = clean_name(text)
    parted = _JOINS.sub(lambda found: f'{found[1]} ' if _joins(found[1]) else found[1], seen)
    return parted if len(parted) <= MAX_WORDS else f'{parted[:MAX_WORDS - 1].rstrip()}…'


def common_address(address: str) -> str:
    """Return an address that looks like one to everybody; nothing for one that could be read as something else."""
    return address if _COMMON_ADDRESS.fullmatch(address) else ''


def _joins(signs: str) -> bool:
    """Tell whether signs join parts of an address, in any of the forms that a browser takes for them."""
    return not _IN_ADDRESSES.isdisjoint(unicodedata.normalize('NFKC', signs).replace('。', '.').replace('｡', '.'))
