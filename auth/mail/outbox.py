"""A folder that mails are written into in place of being sent, for developers."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from .message import Envelope
from .transport import Unavailable


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail as a browser shows it."""

    subject: str
    to: str
    at: str
    language: str
    text: str = field(repr=False)
    html: str = field(repr=False)


class Outbox:
    """Writes each mail as a file ``<id>.eml``, for its owner alone: it holds what nobody else may see.

    :param folder: is made with the first mail
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    async def open(self) -> None:
        """There is nothing to do: the folder is made with the first mail."""

    async def send(self, envelope: Envelope) -> None:
        """Write a mail; all of it, or nothing. The same mail again takes the place of the first."""
        name = envelope.message['Message-ID'].strip('<>').partition('@')[0]
        try:
            await asyncio.to_thread(_write, self._folder, f'{name}.eml', envelope.message.as_bytes())
        except OSError as error:
            raise Unavailable(f'MAIL_OUTBOX cannot be written: {type(error).__name__} {error}') from error

    async def close(self) -> None:
        """There is nothing to do."""


def read_outbox(folder: str, most: int) -> list[ShownMail]:
    """Read the newest mails, the newest first. Blocks."""
    files = sorted(Path(folder).glob('mail_*.eml'), reverse=True)[:most]  # ids are in the order of time
    return [_shown(BytesParser(policy=default).parsebytes(file.read_bytes())) for file in files]


def _shown(message: EmailMessage) -> ShownMail:
    plain, html = message.get_body(('plain',)), message.get_body(('html',))
    return ShownMail(str(message['Subject']), str(message['To']), str(message['Date']),
                     str(message['Content-Language'] or ''), plain.get_content() if plain else '',
                     html.get_content() if html else '')


def _write(folder: Path, name: str, written: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partly = folder / f'.{name}.{os.getpid()}'
    with open(os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as file:
        file.write(written)
        file.flush()
        os.fsync(file.fileno())
    partly.replace(folder / name)
