"""What a test would compute again that one before it has computed: statements as SQL, and how strong a password is."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Engine

from auth.credentials import strength
from auth.rules.store import Store
from auth.timing import Timing

_first: dict[tuple[str, str], Engine] = {}
"""The first engine of each kind of store, for writing and for reading: what it has compiled, later ones use, too."""


def store_at(url: str, timing: Timing) -> Store:
    """Open a store that need not compile what one before it has compiled.

    SQLAlchemy keeps statements as SQL with each engine, and how types are written with its dialect. On a new file they
    would all be compiled again, which took a third of a test's time.
    """
    store = Store(url, timing)
    for use in ('writing', 'reading'):
        executor: Any = getattr(store, f'_{use}')
        engine: Engine = getattr(executor._engine, 'sync_engine', executor._engine)
        first = _first.setdefault((engine.name, use), engine)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return store


@contextmanager
def judged_once() -> Generator[None]:
    """Ask zxcvbn once what it thinks of a password: it takes 7 ms, and nearly all tests sign up with the same."""
    ask = strength.zxcvbn

    @cache
    def asked(text: str, words: tuple[str, ...]) -> dict[str, Any]:
        return ask(text, list(words))

    def answer(text: str, words: Sequence[str]) -> dict[str, Any]:
        return asked(text, tuple(words))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strength, 'zxcvbn', answer)
        yield
