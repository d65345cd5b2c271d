# pyright: reportUnknownMemberType=false
"""What people have chosen to be called, beside other text: whichever way it is read, it moves nothing else."""

from __future__ import annotations

from nicegui.elements.mixins.text_element import TextElement as Text


class Isolated(Text):
    """A name or an address as an element of its own, which no translator changes; see also ``names.isolated``."""

    def __init__(self, text: str) -> None:
        super().__init__(tag='bdi', text=text)
        self.props('translate=no')
