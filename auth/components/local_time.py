"""A time in the reader's own time zone and language; static/live/local-time.js writes it."""

from __future__ import annotations

from datetime import datetime

from nicegui import ui


class LocalTime(ui.element):
    """Reads like "Today at 15:04". The browser writes it, since it knows the time zone and the language."""

    def __init__(self, moment: datetime) -> None:
        super().__init__('local-time')
        self.props['datetime'] = moment.isoformat()
