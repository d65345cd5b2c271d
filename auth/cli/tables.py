"""Rows of the same columns: a table that fits the terminal, plain columns for a pipe, or JSON."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .output import format_value, print_line, print_notice, to_json

Row = Mapping[str, Any]

_NARROWEST = 8
"""Characters that a column needs to be readable when its text is broken."""

_BETWEEN = 2
"""Spaces between two columns."""


def print_rows(rows: Sequence[Row], *, json: bool, limit: int | None = None,
               less_important: Collection[str] = ()) -> None:
    """Print rows of the same columns: one JSON array, or a table; to a pipe or a file, the whole text of each column.

    :param limit: print so many, and say if there are more
    :param less_important: columns to leave out where the terminal is too narrow for all
    """
    printed = rows[:limit]
    if json:
        print_line(to_json(printed))
    elif not printed:
        print_notice('There is nothing to show.')
    elif sys.stdout.isatty():
        _print_on_terminal(printed, less_important)
    else:
        _print_columns(printed)
    if len(printed) < len(rows):
        print_notice(f'There are more than these {len(printed)}. Use --limit to see more.')


def _print_on_terminal(rows: Sequence[Row], less_important: Collection[str]) -> None:
    console = Console(highlight=False)
    for names in (list(rows[0]), [name for name in rows[0] if name not in less_important]):
        if _least_width(rows, names) <= console.width:
            _print_table(console, rows, names)
            return
    _print_blocks(rows)


def _least_width(rows: Sequence[Row], names: Sequence[str]) -> int:
    """The width of a table in which no id is broken."""
    return sum(_width(rows, name) if _is_id(name) else _NARROWEST for name in names) + _BETWEEN * (len(names) - 1)


def _print_table(console: Console, rows: Sequence[Row], names: Sequence[str]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, _BETWEEN, 0, 0))
    for name in names:
        table.add_column(_title(name), no_wrap=_is_id(name), overflow='fold')
    for row in rows:
        table.add_row(*(Text(format_value(row[name])) for name in names))  # no markup: people choose their names
    console.print(table)


def _print_columns(rows: Sequence[Row]) -> None:
    widths = {name: max(len(_title(name)), _width(rows, name)) for name in rows[0]}
    titles = {name: _title(name) for name in rows[0]}
    lines = [titles, *({name: format_value(row[name]) for name in row} for row in rows)]
    for line in lines:
        cells = (text + ' ' * (widths[name] - cell_len(text)) for name, text in line.items())
        print_line((' ' * _BETWEEN).join(cells).rstrip())


def _print_blocks(rows: Sequence[Row]) -> None:
    """Print one value a line, where a table does not fit."""
    for row in rows:
        print_line('\n'.join(f'{_title(name)}: {format_value(value)}' for name, value in row.items()) + '\n')


def _width(rows: Sequence[Row], name: str) -> int:
    return max(cell_len(format_value(row[name])) for row in rows)


def _title(name: str) -> str:
    return name.replace('_', ' ')


def _is_id(name: str) -> bool:
    return name == 'id' or name.endswith('_id')
