"""The log as JSON, one object a line, for whoever collects logs of many processes."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from .log_lines import MAX_LINE, MAX_TRACE_LINES
from .redaction import redact

_OF_EVERY_RECORD = {*vars(logging.LogRecord('', 0, '', 0, '', (), None)), 'message', 'asctime', 'taskName'}
_MAX_TRACE_LINE = 500


class OneObject(logging.Formatter):
    """Writes a record as one line of JSON: what was logged beside the message, such as ``event`` and ids, as fields.

    All but ASCII is escaped, so nothing from outside can end a line or reverse it.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        message = redact(record.getMessage()[:4 * MAX_LINE])
        fields: dict[str, object] = {
            'at': datetime.fromtimestamp(record.created, UTC).isoformat(timespec='milliseconds'),
            'level': record.levelname.lower(), 'event': 'message', 'message': _cut(message, MAX_LINE),
            'logger': record.name, 'process': record.process}
        fields |= {name: _shown(value) for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        if record.exc_info and record.exc_info[0] is not None:
            fields['error'] = record.exc_info[0].__name__
            fields['traceback'] = _trace(self.formatException(record.exc_info))
        return json.dumps(fields)


def _shown(value: object) -> object:
    """A field as it is written: numbers as they are, and text like a message."""
    return value if isinstance(value, (bool, int, float)) or value is None else _cut(redact(f'{value}'), MAX_LINE)


def _trace(text: str) -> str:
    """A traceback; its last lines say what went wrong."""
    return '\n'.join(_cut(redact(line[:4 * _MAX_TRACE_LINE]), _MAX_TRACE_LINE)
                     for line in text.splitlines()[-MAX_TRACE_LINES:])


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + '…'
