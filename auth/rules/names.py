"""People's names: what of them counts, how they are shown, and whose they are not.

A name goes wherever its person is shown, also to others and to administrators. So it may not change the order of the
text beside it, hide something, or stand for somebody else. Nothing of that is refused: what arrives by copy and paste
is nobody's fault, and rows that were written by SQL need the same care whenever they are read.
"""

from __future__ import annotations

import unicodedata

import regex

from models.normal_forms import folded

MOST_LOOKED_AT = 1000
"""Characters of a name that is read; what is beyond them was written by SQL."""

_BLANK = regex.compile(r'[\p{White_Space}\N{BRAILLE PATTERN BLANK}]+')

# What counts as nothing, except what a script or an emoji is written with: its joiners, variants and flags.
_UNSEEN = regex.compile(r'''
    ( \U0001F3F4 [\U000E0020-\U000E007E]{2,6} \U000E007F                  # the flag of a part of a country
    | (?<= \p{Extended_Pictographic} \uFE0F? \p{Emoji_Modifier}? ) \u200D (?= \p{Extended_Pictographic} )
    | (?<= \p{Emoji} ) [\uFE0E\uFE0F] (?= \u20E3 )                        # a key
    | (?<= \p{Extended_Pictographic} ) [\uFE0E\uFE0F]
    | (?<= \p{Script=Arabic} \p{M}? ) \u200C (?= \p{Script=Arabic} )
    | (?<= \p{Canonical_Combining_Class=9} ) [\u200C\u200D] | [\u200C\u200D] (?= \p{Canonical_Combining_Class=9} )
    | (?<= \p{Script=Han} ) [\uFE00-\uFE0D\U000E0100-\U000E01EF]
    | (?<= \p{Script=Mongolian} ) [\u180B-\u180D\u180F]
    | \p{Prepended_Concatenation_Mark} )
    | [\p{C}\p{Default_Ignorable_Code_Point}--[\p{Co}\p{Cn}]] | \p{Noncharacter_Code_Point}
    ''', regex.VERBOSE | regex.V1)

_PILED_UP = regex.compile(r'(\p{M}{6})\p{M}+|^\p{M}+')
"""More marks than any script puts on a letter; and those at the start, which would be put on what is before."""

_SEEN = regex.compile(r'[\p{L}\p{N}\p{P}\p{S}]')

# A grapheme; in the scripts of India together with what the sign that joins consonants joins (UAX 29, GB9c).
_GRAPHEME = regex.compile(r'(?:\X(?<=[\u094D\u09CD\u0ACD\u0B4D\u0C4D\u0D4D]\u200D?))*\X')

_RIGHT_TO_LEFT = regex.compile(r'[\p{Bidi_Class=R}\p{Bidi_Class=AL}\p{Bidi_Class=AN}]')


def clean_name(name: str) -> str:
    """Leave out of a name what cannot be seen: controls, overrides of the direction, invisible characters."""
    if name.isascii() and name.isprintable():
        return ' '.join(name.split())
    seen = _UNSEEN.sub(r'\1', _BLANK.sub(' ', name[:MOST_LOOKED_AT]))
    seen = _PILED_UP.sub(r'\1', unicodedata.normalize('NFC', seen).strip())
    return ' '.join(seen.split()) if _SEEN.search(seen) else ''


def imitates_address(name: str) -> bool:
    """Tell whether a name could be taken for an email address, also one with a full-width @."""
    return '@' in folded(name)


def initials(first_name: str, last_name: str, email_address: str) -> str:
    """The initials of a person: one or two letters, each with all that belongs to it."""
    names = [name for name in (first_name, last_name) if name]
    if not names or any(map(imitates_address, names)):
        names = [clean_name(email_address)]
    return ''.join(map(_initial, names))


def isolated(text: str) -> str:
    """Keep a text that is read from right to left from changing the order of the sentence it is put into.

    For an attribute, or a text without elements of its own; elsewhere ``<bdi>`` does it.
    """
    return f'\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}' if _RIGHT_TO_LEFT.search(text) else text


def _initial(name: str) -> str:
    graphemes: list[str] = _GRAPHEME.findall(name)
    first = next((one for one in graphemes if not unicodedata.category(one[0]).startswith('P')), name[:1])
    upper = first.upper()
    return upper if len(_GRAPHEME.findall(upper)) == 1 else first  # not "SS" for ß
