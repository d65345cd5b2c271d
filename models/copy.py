"""Copy all that is in one store into another, such as from a SQLite file to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Select, func, insert, select
from sqlmodel import col

from .account_value import AccountValue
from .audit_event import AuditEvent
from .base import Model
from .client import Client
from .copy_of_rows import Deferred, copy_rows, go_on_counting, plan
from .database import CannotOpenStore, Database
from .database_url import open_database
from .invitation import Invitation
from .mail import QueuedMail
from .mailed_link import MailedLink
from .migrate import check_schema, migrate
from .secret_key import SecretKey
from .session import Session
from .signing_key import SigningKey
from .user import User

# What others refer to comes first.
_MODELS: tuple[type[Model], ...] = (User, Client, Session, AuditEvent, AccountValue, MailedLink, Invitation,
                                   QueuedMail, SigningKey, SecretKey)
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied of a table."""

    table: str
    rows: int
    left_out: int
    """Sessions and links whose user or client is gone, which only a SQLite file can hold; they are good for nothing."""


def copy_store(source_url: str, target_url: str, told: Callable[[str, int], None] = lambda _, __: None) -> list[Copied]:
    """Copy every row into an empty store, all or nothing. Blocks, and keeps the source from being written meanwhile.

    The keys of session tokens move along: servers that verify them, some by a key that was typed in, go on.

    The notes of a change feed stay behind: they are news, and those who listen to the target read everything. So do the
    counts of wrong passwords, which begin anew, and the addresses that wait for a code, for minutes. An author's tables
    are copied into those that the author's own migrations have made in the target; without these, nothing is.

    :param told: called with the name of a table and how many of its rows have been copied so far
    :raises BadDatabaseUrl: if a URL names no store
    :raises CannotOpenStore: if a store can't be opened, the source has an older schema, or the target is not empty
    """
    check_schema(source_url)
    source, target = open_database(source_url), open_database(target_url)
    if source.name == target.name:
        raise CannotOpenStore(f'{source.name} is where it is already. Name another store to copy from.')
    migrate(target_url)
    with target.connect(to_write=True) as writing, source.connect(to_write=True) as reading:
        _check_empty(writing, target)
        pairs = plan(reading, writing)
        _lock(reading)
        copied = [_copy(model, reading, writing, told) for model in _MODELS]
        theirs = [there for _, there in pairs]
        with Deferred(writing, theirs):
            copied += [Copied(pair[0].name, copy_rows(reading, writing, pair, told), 0) for pair in pairs]
        for table in theirs:
            go_on_counting(writing, table)
        return copied


def _check_empty(connection: Connection, database: Database) -> None:
    for model in _MODELS:
        if connection.execute(select(model).limit(1)).first() is not None:
            raise CannotOpenStore(f'There is something in {database.name} already. Nothing was copied: '
                                  'copy into an empty database.')


def _lock(connection: Connection) -> None:
    """Keep others from writing what is copied. In SQLite, they are kept from it by the transaction itself."""
    if connection.dialect.name == 'postgresql':
        names = ', '.join(f'"{_name(model)}"' for model in _MODELS)
        connection.exec_driver_sql(f'LOCK TABLE {names} IN SHARE MODE')


def _copy(model: type[Model], reading: Connection, writing: Connection, told: Callable[[str, int], None]) -> Copied:
    name, done = _name(model), 0
    with reading.execution_options(yield_per=_AT_ONCE).execute(_all_of(model)) as found:
        for rows in found.mappings().partitions():
            writing.execute(insert(model), [dict(row) for row in rows])
            done += len(rows)
            told(name, done)
    there = reading.execute(select(func.count()).select_from(model)).scalar_one()
    return Copied(name, done, there - done)


def _name(model: type[Model]) -> str:
    return cast(str, model.__tablename__)  # pyright: ignore[reportUnknownMemberType]


def _all_of(model: type[Model]) -> Select[Any]:
    if model is MailedLink:
        return select(model).where(col(MailedLink.user_id).in_(select(col(User.id))))
    if model is AccountValue:
        return select(model).where(col(AccountValue.user_id).in_(select(col(User.id))))
    if model is not Session:
        return select(model)
    return select(model).where(col(Session.user_id).in_(select(col(User.id))),
                               col(Session.client_id).in_(select(col(Client.id))))
