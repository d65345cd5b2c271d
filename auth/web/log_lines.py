"""The format of the log: text from outside can neither begin a line of its own nor fill the disk."""

from __future__ import annotations

import logging
import time

from .redaction import redact

MAX_LINE = 1000
"""Characters of a message; enough for every sentence of ours."""

MAX_TRACE_LINES = 200
"""Lines of one traceback; the first are left out, since the last say what went wrong."""

REPEAT_SECONDS = 10
"""A complaint of one kind is written at most once in this time."""

_OUTSIDE = ('uvicorn', 'engineio', 'socketio', 'asyncio', 'nicegui', 'live_sessions.attempts')
_FORMAT = '%(asctime)s %(levelname)s %(name)s: %(message)s'


def printable(text: str, limit: int = MAX_LINE) -> str:
    """Escape what is not printable, such as control characters, line ends and marks that reverse the text."""
    shown = ''.join(one if one.isprintable() else one.encode('unicode_escape').decode() for one in text[:limit])
    return shown[:limit] + ('…' if len(text) > limit or len(shown) > limit else '')


class OneLine(logging.Formatter):
    """Writes a message in one line, and indents a traceback, so that none of its lines looks like one of the log."""

    def __init__(self) -> None:
        super().__init__(_FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Write the message."""
        record.message = printable(redact(record.message[:4 * MAX_LINE]))
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        """Write a traceback."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:
        """Write where something was logged."""
        return _indented(stack_info)


class NowAndThen:
    """Lets one complaint through, then none for a while; the next one says how many were left out."""

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
        """What to add about those that were left out."""
        count, self._kept_back = self._kept_back, 0
        return f' ({count} more like it since the last one)' if count else ''


class OncePerKind(logging.Filter):
    """Keeps libraries from writing a line, or a traceback, for every malformed thing that they are sent."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[object, NowAndThen] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write a record."""
        if record.levelno >= logging.CRITICAL or not record.name.startswith(_OUTSIDE):
            return True
        kind = self._kinds.setdefault((record.name, record.lineno, _where_it_failed(record)), NowAndThen())
        if not kind.let_through():
            return False
        if more := kind.others():
            record.msg, record.args = record.getMessage() + more, None
        return True


def set_up_logging(formatter: logging.Formatter | None = None, level: int = logging.WARNING) -> None:
    """Write the log to standard error, that of the libraries too, in one format.

    Call it after they were imported: it removes the handlers of Engine.IO and Socket.IO, which escape nothing.

    :param formatter: lines of text, if nothing else is given
    :param level: of our own lines; those of libraries are warnings at least
    """
    handler = logging.StreamHandler()
    handler.setFormatter(formatter or OneLine())
    handler.addFilter(OncePerKind())
    logging.getLogger('live_sessions').setLevel(level)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=formatter is not None)
    for name in ('engineio.server', 'socketio.server', 'engineio.client', 'socketio.client', 'uvicorn'):
        logging.getLogger(name).handlers.clear()


def _where_it_failed(record: logging.LogRecord) -> object:
    """The line at which the error was raised: the same input, sent again, fails at the same line."""
    trace = record.exc_info[2] if record.exc_info else None
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename, trace.tb_lineno


def _indented(text: str) -> str:
    lines = text.splitlines()
    kept = lines if len(lines) <= MAX_TRACE_LINES else ['…', *lines[-MAX_TRACE_LINES:]]
    return '\n'.join('    ' + printable(redact(line[:4 * MAX_LINE])) for line in kept)
