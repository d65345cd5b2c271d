"""Quotes of Clerk's documentation, “Build a custom sign-out flow”."""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import dedent

SOURCE = 'https://clerk.com/docs'


@dataclass(frozen=True, slots=True)
class Quote:
    """A few lines of the guide."""

    file: str
    """In which file the guide has them."""
    language: str
    """As Pygments calls it."""
    code: str

    def block(self, begins: str) -> Quote:
        """The block whose first line begins so, without what is around it."""
        lines = self.code.splitlines()
        first = next(number for number, line in enumerate(lines) if line.lstrip().startswith(begins))
        indent = len(lines[first]) - len(lines[first].lstrip())
        last = lines.index(' ' * indent + '}', first)
        return replace(self, code=dedent('\n'.join(lines[first:last + 1])))
