"""What the command line prints: tables for people, JSON for programs, and nothing that a terminal would obey."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]

_NARROWEST = 8
"""Characters that a column which may be broken needs to be read."""

_BETWEEN = 2
"""Spaces between two columns."""


def say(sentence: str) -> None:
    """Tell a person something that is not the result."""
    print(printable(sentence), file=sys.stderr)


def tell(facts: Row, sentence: str, *, json: bool) -> None:
    """Print what was done: a sentence for people, or an object for programs."""
    put(to_json(facts) if json else printable(sentence))


def show(rows: Sequence[Row], *, json: bool, limit: int | None = None, less_important: Collection[str] = ()) -> None:
    """Print rows of the same columns: one JSON array, or a table; where it is no terminal, all of every column.

    :param limit: print so many, and tell if there are more
    :param less_important: the columns that a terminal too narrow for all does without
    """
    printed = rows[:limit]
    if json:
        put(to_json(printed))
    elif not printed:
        say('There is nothing to show.')
    elif sys.stdout.isatty():
        _show_on_terminal(printed, less_important)
    else:
        _columns(printed)
    if len(printed) < len(rows):
        say(f'There are more than these {len(printed)}. Say --limit to see more of them.')


def put(text: str) -> None:
    """Print a line of the result, at once: whoever follows it through a pipe waits for it."""
    print(text, flush=True)


def to_json(value: Any) -> str:
    """Write JSON in ASCII, which no terminal takes for anything else; moments are ISO 8601."""
    return json_module.dumps(value, default=_iso).replace('\x7f', '\\u007f')


def shown(value: Any) -> str:
    """Write a value for people."""
    if isinstance(value, datetime):
        return value.strftime('%Y-%m-%d %H:%M:%S UTC')
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return printable(str(value)) if value not in {None, ''} else '-'


def printable(text: str) -> str:
    """Leave out what would move the cursor, change colours or turn the writing round; other white space is a space."""
    return ''.join(char if char.isprintable() else ' ' if char.isspace() else '' for char in text)


def counted(count: int, noun: str) -> str:
    """Such as "1 session" or "2 sessions"."""
    return f'{count} {noun}{"" if count == 1 else "s"}'


def _show_on_terminal(rows: Sequence[Row], less_important: Collection[str]) -> None:
    console = Console(highlight=False)
    for names in (list(rows[0]), [name for name in rows[0] if name not in less_important]):
        if _least_width(rows, names) <= console.width:
            _table(console, rows, names)
            return
    _blocks(rows)


def _least_width(rows: Sequence[Row], names: Sequence[str]) -> int:
    """The width of a table that breaks no id."""
    return sum(_width(rows, name) if _is_id(name) else _NARROWEST for name in names) + _BETWEEN * (len(names) - 1)


def _table(console: Console, rows: Sequence[Row], names: Sequence[str]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, _BETWEEN, 0, 0))
    for name in names:
        table.add_column(_title(name), no_wrap=_is_id(name), overflow='fold')
    for row in rows:
        table.add_row(*(Text(shown(row[name])) for name in names))  # no markup: names are other people's words
    console.print(table)


def _columns(rows: Sequence[Row]) -> None:
    widths = {name: max(len(_title(name)), _width(rows, name)) for name in rows[0]}
    lines = [{name: _title(name) for name in rows[0]}, *({name: shown(row[name]) for name in row} for row in rows)]
    for line in lines:
        cells = (text + ' ' * (widths[name] - cell_len(text)) for name, text in line.items())
        put((' ' * _BETWEEN).join(cells).rstrip())


def _blocks(rows: Sequence[Row]) -> None:
    """One value a line, where there is no room for a table."""
    for row in rows:
        put('\n'.join(f'{_title(name)}: {shown(value)}' for name, value in row.items()) + '\n')


def _width(rows: Sequence[Row], name: str) -> int:
    return max(cell_len(shown(row[name])) for row in rows)


def _title(name: str) -> str:
    return name.replace('_', ' ')


def _is_id(name: str) -> bool:
    return name == 'id' or name.endswith('_id')


def _iso(value: datetime) -> str:
    return value.isoformat()
