"""What takes mails: a server or a folder, and what can become of a mail that is handed to it."""

from __future__ import annotations

from typing import Protocol

from .message import Envelope


class Refused(Exception):
    """This mail was not taken; others may be.

    :param reason: a code, without a word of what the server says, which often names the address
    :param for_good: whether to try it again makes no sense
    """

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Unavailable(Exception):
    """No mail is taken now. If one was being sent, nobody knows whether it was taken; see docs/mail.md."""


class Transport(Protocol):
    """Takes mails, one after the other."""

    async def open(self) -> None:
        """Get ready.

        :raises Unavailable: if that fails
        """
        ...

    async def send(self, envelope: Envelope) -> None:
        """Hand over a mail; when this returns, it is somebody else's to deliver.

        :raises Refused: if this mail is not taken
        :raises Unavailable: if none is taken any more until it is opened again
        """
        ...

    async def close(self) -> None:
        """Take leave; never fails."""
        ...
