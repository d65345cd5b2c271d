"""What the command line prints: sentences and values for people, JSON for programs, and no control characters."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def print_notice(sentence: str) -> None:
    """Print something that is not the result, on standard error."""
    print(printable(sentence), file=sys.stderr)


def print_result(facts: Mapping[str, Any], sentence: str, *, json: bool) -> None:
    """Print what was done: a sentence for people, or a JSON object for programs."""
    print_line(to_json(facts) if json else printable(sentence))


def print_line(text: str) -> None:
    """Print a line of the result, and flush it: a program may be reading it through a pipe."""
    print(text, flush=True)


def to_json(value: Any) -> str:
    """Format as JSON in ASCII, which no terminal takes for a control sequence; times are ISO 8601."""
    return json_module.dumps(value, default=_iso).replace('\x7f', '\\u007f')


def format_value(value: Any) -> str:
    """Format a value for people."""
    if isinstance(value, datetime):
        return value.strftime('%Y-%m-%d %H:%M:%S UTC')
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return printable(str(value)) if value not in {None, ''} else '-'


def printable(text: str) -> str:
    """Remove what would move the cursor, change colours or reverse the text; white space of any kind is a space."""
    return ''.join(char if char.isprintable() else ' ' if char.isspace() else '' for char in text)


def counted(count: int, noun: str) -> str:
    """Such as "1 session" or "2 sessions"."""
    return f'{count} {noun}{"" if count == 1 else "s"}'


def _iso(value: datetime) -> str:
    return value.isoformat()
