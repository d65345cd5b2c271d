"""Tabs of this browser within a page: frames of the same origin, each a real tab with a socket of its own."""

from __future__ import annotations

from urllib.parse import urlencode

from nicegui import ui

from auth.components import address_of
from auth.language import _

from .parts import Static


def panes(count: int, *, later: bool = False) -> None:
    """Show some tabs.

    :param later: whether static/live/frames.js shows each when its place comes onto the screen
    """
    with ui.element('div').classes('ls-panes'):
        for name in (_('Tab {number}', number=which + 1) for which in range(count)):
            with ui.element('figure'):
                Static('figcaption', f'<span></span><span></span><span></span>{name}')
                source = address_of(f'/demo/pane?{urlencode({"name": name})}')
                if later:
                    ui.element('div').classes('ls-frame').props.update({'data-frame': source, 'data-name': name})
                else:
                    ui.element('iframe').classes('ls-frame').props.update({'src': source, 'title': name})
