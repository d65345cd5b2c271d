"""``audit``: read what happened."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from ..rules.actor import by_command_line
from ..rules.admin_queries import EventRow, read_audit_log
from ..rules.context import Auth
from .command_group import CommandGroup
from .options import Json, Limit
from .output import format_value, print_line, to_json
from .running import run
from .tables import print_rows

commands = CommandGroup('Read what happened.')

LOOK_INTERVAL_SECONDS = 0.5
"""How often to look for new events."""

LATE = timedelta(seconds=10)
"""An event is committed at most this long after the time in it: more than a write ever waits for its turn."""

_AT_ONCE = 10_000
"""Events that are read at once."""

_LINE = '{at:23}  {action:16}  {user_id:29}  {session_id:29}  {ip_address:15}  {times:>5}  {actor}'


@commands.command('tail')
def tail(limit: Limit = 20, json: Json = False,
         follow: Annotated[bool, typer.Option('--follow', '-f', help='Go on until interrupted; with --json, '
                                              'print one event a line.')] = False) -> None:
    """Print the newest events, the newest last."""
    if follow:
        _follow(limit, json=json)
        return
    rows = run(lambda auth: auth.read(read_audit_log, by_command_line, limit=limit))[::-1]
    if json:
        print_rows([asdict(row) for row in rows], json=True)
    else:
        _header()
        _lines(rows)


def _follow(limit: int, *, json: bool) -> None:
    def print_events(events: list[EventRow]) -> None:
        if json:
            for event in events:
                print_line(to_json(asdict(event)))
        else:
            _lines(events)

    async def forever(auth: Auth) -> None:
        since, seen, most = None, set[str](), limit  # of the events before now, only as many as --limit says
        while True:
            looked_at = auth.now()
            rows = await auth.read(read_audit_log, by_command_line, limit=max(most, _AT_ONCE), since=since)
            print_events([row for row in rows if row.id not in seen][:most][::-1])
            since, seen, most = looked_at - LATE, {row.id for row in rows}, _AT_ONCE
            await asyncio.sleep(LOOK_INTERVAL_SECONDS)

    if not json:
        _header()
    try:
        run(forever)
    except KeyboardInterrupt:
        return


def _header() -> None:
    print_line(_LINE.format(at='at', action='action', user_id='user id', session_id='session id',
                            ip_address='ip address', times='times', actor='actor'))


def _lines(events: list[EventRow]) -> None:
    for event in events:
        print_line(_LINE.format(**{name: format_value(value) for name, value in asdict(event).items()}).rstrip())
