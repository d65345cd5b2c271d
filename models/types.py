"""What several tables share: how ids are made and how a moment is stored."""

from __future__ import annotations

import secrets
import string
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

_ID_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 24  # 62^24 is 142 bits: nobody guesses the id of somebody else's session
DISTANT_PAST = datetime.min.replace(tzinfo=UTC)


def new_id(prefix: str) -> str:
    """Make a random id such as ``sess_8Jx…``; it names a row and is no secret.

    :param prefix: what the id is of, without the underscore
    """
    return f'{prefix}_{"".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))}'


def new_ordered_id(prefix: str) -> str:
    """Make an id that sorts after those made before it, for what is listed by time and happened at one moment."""
    return f'{prefix}_{time.time_ns():016x}{secrets.token_hex((_ID_LENGTH - 16) // 2)}'


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it as text that sorts and that people can read and type."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, a timestamp with time zone elsewhere."""
        return dialect.type_descriptor(String(32) if dialect.name == 'sqlite' else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive datetimes: they mean another moment on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError('a stored moment needs a time zone')
        value = value.astimezone(UTC)
        return value.strftime('%Y-%m-%d %H:%M:%S.%f') if dialect.name == 'sqlite' else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read garbage typed into the store by hand as long past, so that it ends a session and crashes nothing."""
        if value is None or isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return DISTANT_PAST
