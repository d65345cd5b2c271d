"""What a browser engine has to be able to do: the little in which WebKit and Firefox are driven differently."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any

Actions = list[dict[str, Any]]
"""What keyboard and mouse do, in the words of WebDriver, which both engines take."""


class Engine(ABC):
    """A running browser with cookies of its own. Its tabs are known by their handles; see ``Tab`` for what one does."""

    @abstractmethod
    def is_running(self) -> bool:
        """Tell whether it answers."""

    @abstractmethod
    def as_new(self) -> AbstractContextManager[Engine]:
        """Let it have no cookies, storage or tabs of before; those of the block go with its end."""

    @abstractmethod
    def new_tab(self) -> str:
        """Open a tab in front of the others, and give its handle."""

    @abstractmethod
    def go(self, tab: str, url: str) -> None:
        """Load a page."""

    @abstractmethod
    def back(self, tab: str) -> None:
        """Press Back."""

    @abstractmethod
    def run(self, tab: str, function: str, *given: Any) -> Any:
        """Call a function, written in JavaScript, in the page; what goes in and comes out is JSON."""

    @abstractmethod
    def perform(self, tab: str, actions: Actions) -> None:
        """Press keys, or the mouse."""

    @abstractmethod
    def resize(self, tab: str, width: int, height: int) -> None:
        """Make the window so large; WebKit's has at least the width of its toolbar."""

    @abstractmethod
    def picture(self, tab: str) -> bytes:
        """Take a picture of what is seen, as PNG."""
