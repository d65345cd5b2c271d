"""What the command line prints: tables for people, JSON for programs."""

from __future__ import annotations

import json as json_module
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]


def say(sentence: str) -> None:
    """Tell what went wrong."""
    print(_printable(sentence), file=sys.stderr)


def show(rows: Sequence[Row], *, json: bool, header: bool = True) -> None:
    """Print rows of the same columns.

    :param json: print one JSON document; moments are ISO 8601
    :param header: whether to name the columns
    """
    if json:
        print(json_module.dumps(rows, default=_iso, ensure_ascii=False))
    elif not rows:
        say('There is nothing to show.')
    elif sys.stdout.isatty():
        _table(rows, header=header)
    else:
        _columns(rows, header=header)


def _table(rows: Sequence[Row], *, header: bool) -> None:
    table = Table(box=None, show_header=header, pad_edge=False)
    for name in rows[0]:
        table.add_column(name, overflow='fold')  # a narrow terminal may break an id, and not cut it
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))  # no markup: names are other people's words
    Console(highlight=False).print(table)


def _columns(rows: Sequence[Row], *, header: bool) -> None:
    lines = [list(rows[0])] if header else []
    lines += [[_cell(value) for value in row.values()] for row in rows]
    widths = [max(len(line[number]) for line in lines) for number in range(len(lines[0]))]
    for line in lines:
        print('  '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime('%Y-%m-%d %H:%M:%S UTC')
    if value is None:
        return '-'
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return _printable(value)


def _printable(value: Any) -> str:
    """Leave out what would move the cursor or change the colours of a terminal."""
    return ''.join(char for char in str(value) if unicodedata.category(char) not in {'Cc', 'Cf'})


def _iso(value: Any) -> str:
    return value.isoformat()
