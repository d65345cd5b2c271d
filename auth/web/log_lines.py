"""What a line of the log may hold: what comes from outside can neither begin a line of its own nor fill the disk."""

from __future__ import annotations

import logging
import time

MAX_LINE = 1000
"""Characters of a message; enough for every sentence of ours."""

MAX_TRACE_LINES = 200
"""Lines of one traceback; the oldest are left out, since the last ones tell what went wrong."""

REPEAT_SECONDS = 10
"""A complaint about what somebody sent is written at most so often, however many come."""

_OUTSIDE = ('uvicorn', 'engineio', 'socketio', 'asyncio', 'nicegui')
_FORMAT = '%(asctime)s %(levelname)s %(name)s: %(message)s'


def printable(text: str, limit: int = MAX_LINE) -> str:
    """Write out whatever is not printed, such as escapes, line ends and marks that turn the direction of writing."""
    shown = ''.join(one if one.isprintable() else one.encode('unicode_escape').decode() for one in text[:limit])
    return shown[:limit] + ('…' if len(text) > limit or len(shown) > limit else '')


class OneLine(logging.Formatter):
    """Writes a message in one line; what a traceback adds is moved in, where no line of the log begins."""

    def __init__(self) -> None:
        super().__init__(_FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Write the message."""
        record.message = printable(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        """Write a traceback."""
        return _moved_in(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:
        """Write where something was logged."""
        return _moved_in(stack_info)


class NowAndThen:
    """Lets one complaint through, and for a while no other; the next one tells how many there were meanwhile."""

    def __init__(self, seconds: float = REPEAT_SECONDS) -> None:
        self._seconds = seconds
        self._next = 0.0
        self._kept_back = 0

    def let_through(self) -> bool:
        """Tell whether to write this one."""
        if time.monotonic() < self._next:
            self._kept_back += 1
            return False
        self._next = time.monotonic() + self._seconds
        return True

    def others(self) -> str:
        """What to add about those that were not written."""
        count, self._kept_back = self._kept_back, 0
        return f' ({count} more like it since the last one)' if count else ''


class OncePerKind(logging.Filter):
    """Keeps libraries from writing a line, or a traceback, for each thing that somebody sends them."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[object, NowAndThen] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it through, or not."""
        if record.levelno >= logging.CRITICAL or not record.name.startswith(_OUTSIDE):
            return True
        kind = self._kinds.setdefault((record.name, record.lineno, _where_it_failed(record)), NowAndThen())
        if not kind.let_through():
            return False
        if more := kind.others():
            record.msg, record.args = record.getMessage() + more, None
        return True


def set_up_logging() -> None:
    """Write the log to standard error, also what the libraries below have to say, and in one way.

    Call it after they were imported: Engine.IO and Socket.IO have handlers of their own, which escape nothing.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    handler.addFilter(OncePerKind())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in ('engineio.server', 'socketio.server', 'engineio.client', 'socketio.client', 'uvicorn'):
        logging.getLogger(name).handlers.clear()


def _where_it_failed(record: logging.LogRecord) -> object:
    """The line at which what a record tells of was raised; whoever sends the same again fails at the same one."""
    place = record.exc_info[2] if record.exc_info else None
    if place is None:
        return None
    while place.tb_next is not None:
        place = place.tb_next
    return place.tb_frame.f_code.co_filename, place.tb_lineno


def _moved_in(text: str) -> str:
    lines = text.splitlines()
    kept = lines if len(lines) <= MAX_TRACE_LINES else ['…', *lines[-MAX_TRACE_LINES:]]
    return '\n'.join('    ' + printable(line) for line in kept)
