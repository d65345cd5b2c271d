"""How long a password would resist guesses, as zxcvbn estimates it, within a bounded time and off the event loop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from typing import Any, cast

from zxcvbn import zxcvbn  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from zxcvbn.matching import L33T_TABLE, RANKED_DICTIONARIES  # pyright: ignore[reportMissingTypeStubs]

from models.normal_forms import folded

from ..errors import TooBusy

ENOUGH = 3
"""zxcvbn's score: some 10^8 guesses and more, "safely unguessable" for whoever guesses online."""

JUDGED = 24
"""Characters that are judged together; of a longer password its beginning, and if that is weak, its end.

zxcvbn takes the square of their number, times the ways in which digits and signs may stand for letters: milliseconds
for what people choose, and two seconds for some of 72 characters, which is its own limit."""

JUDGED_WITH_MANY_SIGNS = 12
MANY_SIGNS = 5
"""Where so many different signs may stand for letters, there are hundreds of ways, and fewer characters are judged."""

SHORTEST_OWN_WORD = 3
MOST_OWN_WORDS = 100

WAITING_AT_MOST = 100
"""Passwords that wait to be judged. One is judged at a time: whatever else runs would wait for the others."""

GERMAN = frozenset(map(folded, re.findall(r'\w+', '''
    passwort kennwort geheim hallo willkommen schatz liebe fussball frühling frühjahr sommer herbst winter januar
    februar märz april juni juli august september oktober november dezember montag dienstag mittwoch donnerstag freitag
    samstag sonntag deutschland berlin hamburg münchen köln frankfurt stuttgart''')))
"""What is tried first where people speak German; zxcvbn's lists are English."""


class Weakness(Enum):
    """What makes a password easy to guess."""

    OWN_WORDS = auto()
    """What is left without the names and the address of its person and the names of the site."""
    COMMON = auto()
    WORDS = auto()
    REPEATED = auto()
    SEQUENCE = auto()
    KEYS = auto()
    """Neighbours on a keyboard."""
    DATE = auto()
    SHORT = auto()


class StrengthMeter:
    """Judges passwords in one thread: zxcvbn keeps the words that it is given in a global."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix='zxcvbn')
        self._waiting = 0

    async def weakness(self, password: str, own_words: Iterable[str]) -> Weakness | None:
        """Tell what makes a password weak; None if it is not.

        :param own_words: texts that whoever knows the person or the site would try
        :raises TooBusy: if very many are waiting
        """
        if self._waiting >= WAITING_AT_MOST:
            raise TooBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, weakness, password, tuple(own_words))
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the thread end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def weakness(password: str, own_words: Collection[str]) -> Weakness | None:
    """Judge a password in the thread that asks; see ``StrengthMeter``."""
    text, words = folded(password), _words(own_words)
    left = text
    for word in words:  # they add nothing: whoever guesses puts them everywhere
        left = left.replace(word, '').replace(word[::-1], '')
    has_own, left = left != text, _BETWEEN.sub('', left)
    found = _judge_parts(left, words) if left else Weakness.SHORT
    return Weakness.OWN_WORDS if found and has_own else found


_SIGNS = frozenset(sign for signs in L33T_TABLE.values() for sign in signs if not sign.isdigit())

_BETWEEN = re.compile(r'[\s_.-]+|[!?]+$')
"""What people put between words and after them adds nothing either. zxcvbn thinks highly of it: "Summer 2026!"."""

_REPEATED = re.compile(rf'(.{{1,{JUDGED}}}?)\1{{2,}}', re.DOTALL)


def _words(own_words: Iterable[str]) -> list[str]:
    """Each text, the same without what is between its words, and each of these, the longest first."""
    words = set[str]()
    for text in map(folded, own_words):
        parts = ''.join(char if char.isalnum() else ' ' for char in text).split()
        words |= {text.strip(), ''.join(parts), *parts}
    return sorted((word for word in words if len(word) >= SHORTEST_OWN_WORD),
                  key=lambda word: (-len(word), word))[:MOST_OWN_WORDS]


def _judge_parts(text: str, words: list[str]) -> Weakness | None:
    length = JUDGED if len(_SIGNS.intersection(text)) < MANY_SIGNS else JUDGED_WITH_MANY_SIGNS
    short = text if len(text) <= JUDGED else _REPEATED.sub(r'\1', text)
    found = _judge(short[:length], words)
    if found and len(short) > length and not _judge(short[-length:], words):
        return None
    return Weakness.REPEATED if found and short != text else found


def _judge(text: str, words: list[str]) -> Weakness | None:
    try:
        judged = cast(dict[str, Any], zxcvbn(text, [*words, *GERMAN]))
    finally:
        RANKED_DICTIONARIES.pop('user_inputs', None)  # nobody's names are left in memory
    if judged['score'] >= ENOUGH:
        return None
    telling = max(judged['sequence'], key=lambda part: (part['pattern'] != 'bruteforce', len(part['token'])))
    return _of_a_word(telling) if telling['pattern'] == 'dictionary' else _BY_PATTERN[telling['pattern']]


_BY_PATTERN = {'bruteforce': Weakness.SHORT, 'repeat': Weakness.REPEATED, 'sequence': Weakness.SEQUENCE,
               'spatial': Weakness.KEYS, 'date': Weakness.DATE, 'regex': Weakness.DATE}


def _of_a_word(part: dict[str, Any]) -> Weakness:
    if part['dictionary_name'] == 'user_inputs' and part['matched_word'] not in GERMAN:
        return Weakness.OWN_WORDS  # with digits for letters
    return Weakness.COMMON if part['dictionary_name'] in {'user_inputs', 'passwords'} else Weakness.WORDS
