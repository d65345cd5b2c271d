"""A moment, in the reader's own time and words; static/local-time.js writes it."""

from __future__ import annotations

from datetime import datetime

from nicegui import ui


class LocalTime(ui.element):
    """Reads like "Today at 15:04"; it is written by the browser, which knows its time zone and language."""

    def __init__(self, moment: datetime) -> None:
        super().__init__('local-time')
        self.props['datetime'] = moment.isoformat()
