"""What is wrong with several fields, told in one answer: nobody has to send a form once for each mistake."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from .errors import AuthError


class Refusals:
    """Collects errors that name a field::

        refusals = Refusals()
        with refusals.collect():
            check_name(name)
        with refusals.collect():
            check_password(password)
        refusals.check()
    """

    def __init__(self) -> None:
        self._found: list[AuthError] = []

    @contextmanager
    def collect(self) -> Generator[None]:
        """Go on after the block if something in it was refused for what is in a field."""
        try:
            yield
        except AuthError as error:
            if error.param is None:
                raise
            self._found.append(error)

    def check(self) -> None:
        """Go on only if nothing was refused.

        :raises AuthError: the first one; the others are ``also`` to correct
        """
        if self._found:
            first, *others = self._found
            first.also = tuple(others)
            raise first
