# pyright: reportUnknownMemberType=false
"""Pictures, such as of the kind of a device; the words beside them say the same."""

from __future__ import annotations

from nicegui import ui

from ..requests.user_agents import Kind

_SHAPES: dict[Kind, str] = {
    'phone': '<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M11 18.5h2"/>',
    'tablet': '<rect x="4.5" y="2.5" width="15" height="19" rx="2"/><path d="M11 18.5h2"/>',
    'laptop': '<rect x="4.5" y="5" width="15" height="10.5" rx="1.5"/><path d="M2 19h20"/>',
    'desktop': '<rect x="3" y="4" width="18" height="12" rx="1.5"/><path d="M8.5 20h7M12 16v4"/>',
    'unknown': '<rect x="3" y="4" width="18" height="14" rx="1.5"/><path d="M3 8.5h18"/>',
}


_PENCIL = '<path d="M4 20l1-4L16.5 4.5l3 3L8 19l-4 1z"/>'


class Icon(ui.element):
    """A picture, for the eyes only.

    :param shapes: what is drawn, in SVG, on 24 by 24
    """

    def __init__(self, shapes: str) -> None:
        super().__init__('span')
        self.classes('ls-icon').props('aria-hidden=true')
        self.props['innerHTML'] = (
            '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" '
            f'stroke-linejoin="round" focusable="false">{shapes}</svg>')


class DeviceIcon(Icon):
    """A picture of a device."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(_SHAPES[kind])
        self.props(f'data-kind={kind}')


class Pencil(Icon):
    """A pencil, for what can be written anew."""

    def __init__(self) -> None:
        super().__init__(_PENCIL)
