"""What every kind of mail is made of; see ``password_changed`` for a short one.

A kind is a frozen dataclass whose fields are texts, numbers, booleans and moments. They wait in the queue as JSON, so
no field may hold a secret. Every text among them is taken for one that somebody chose, and has lost all that is more
than plain words when ``content`` reads it; see ``harmless``. Only an ``EmailAddress`` keeps its form, or is empty if
it has another form than addresses commonly have.

How a mail gets a secret (the token of a link, or a code)
---------------------------------------------------------
A dump of the database signs nobody in, also while mails wait. So the secret is made when the mail is sent:

1. ``post`` writes the row within the transaction of the request. There is no secret yet.
2. Delivery connects to the mail server, claims the mail, and calls ``prepare`` in a transaction that holds the claim.
   It makes the secret, stores **its hash** by the given connection, and returns it. Nothing is sent before that is
   committed.
3. ``content`` gets the secret and writes it into the message, which is in memory only. After the server has accepted
   it, the row is deleted.

So an attempt that fails, or a process that dies, costs a hash whose secret nobody has. The next attempt calls
``prepare`` again, for **another secret beside the earlier ones**: one of those may have arrived, since a connection can
be lost after the server has accepted the mail and before it has said so. All secrets of one request count, each for its
own time, until one is used; that uses up all of them. A server that has a mail already may drop the second one by its
``Message-ID``, which stays the same; then the first is the one that works.

``prepare`` returns None if the mail is not wanted any more: the request was used, withdrawn or replaced, the person is
gone or disabled. Then nothing is sent, and the row is deleted.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, NewType, Self, get_type_hints

from pydantic import TypeAdapter
from sqlalchemy import Connection

from ...mail.content import Content
from .harmless import common_address, harmless

EmailAddress = NewType('EmailAddress', str)
"""A field that is told as an address, such as the new one of a person to their old one."""

Header = NewType('Header', str)
"""A field that a program reads, such as a User-Agent; what it says is not shown as it is."""


class Mail(ABC):
    """One kind of mail; see the module."""

    __slots__ = ()

    kind: ClassVar[str]
    """Its name in the queue and in the log; it never changes."""
    useful_for: ClassVar[timedelta] = timedelta(days=3)
    """After this long it is given up. Mails with less time are sent before others."""

    def prepare(self, db: Connection, now: datetime, mail_id: str) -> str | None:
        """Make the secret of an attempt, and store its hash; see the module.

        :param mail_id: stays the same from attempt to attempt; what ``post`` returned
        :return: the secret; '' for a mail without one; None if the mail is not wanted any more
        """
        return ''

    @abstractmethod
    def content(self, secret: str) -> Content:
        """Write it in the language of its reader, by ``_`` as everywhere.

        :param secret: what ``prepare`` returned
        """

    def as_json(self) -> str:
        """What waits in the queue. Anything that a person may have typed can be in it: this fails for nothing."""
        return json.dumps(asdict(self), default=datetime.isoformat)  # pyright: ignore[reportArgumentType]

    @classmethod
    def from_json(cls, details: str) -> Self:
        """Read what ``as_json`` has written, and make its texts harmless.

        :raises ValueError: if it is of another version of this kind
        """
        values: dict[str, Any] = json.loads(details)
        if not isinstance(values, dict) or values.keys() != {one.name for one in fields(cls)}:  # pyright: ignore
            raise ValueError(f'a mail of the kind {cls.kind} has other fields here')
        hints = get_type_hints(cls)
        return _reader_of(cls).validate_python({name: _safe(value, hints[name]) for name, value in values.items()})


def _safe(value: Any, hint: Any) -> Any:
    if not isinstance(value, str) or hint is datetime:
        return value
    if hint is Header:
        return value.encode(errors='replace').decode()  # half of a character would break whoever reads it
    return common_address(value) if hint is EmailAddress else harmless(value)


@cache
def _reader_of(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
