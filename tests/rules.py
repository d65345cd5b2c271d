"""The rules on a store of a test, and the people and devices that tests speak of."""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite

from auth import Auth
from auth.credentials.tokens import ClientToken
from auth.requests.request_info import RequestInfo
from auth.rules.clients import ClientView, authenticate, read_clients
from auth.rules.sign_in import SignedIn, sign_in, sign_up
from auth.timing import DEFAULT_TIMING
from models import Changes
from models.postgres_feed import CHANNEL
from models.types import Moment, new_id
from tests.databases import SqliteFile, TestDatabase
from tests.patience import PATIENCE_SECONDS

PASSWORD = 'correct horse battery'
NEW_PASSWORD = 'staple of another battery'
TABLES = ('user', 'client', 'session', 'mail', 'audit_event')
LAPTOP = RequestInfo('192.0.2.1', 'Laptop')
PHONE = RequestInfo('2001:db8::7', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 '
                '(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1')
TABLET = RequestInfo('198.51.100.3', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) '
                 'Chrome/141.0.0.0 Safari/537.36')

PATIENCE = {'lock_seconds': 30.0, 'answer_seconds': 60.0, 'statement_seconds': 60.0, 'connect_seconds': 30.0,
            'hash_patience_seconds': 60.0, 'breaches_answer_seconds': 60.0}
"""With each answer: on a busy machine it may take long where nothing is at fault."""

PATIENT = replace(DEFAULT_TIMING, **PATIENCE, silence_seconds=60.0, out_of_sync_after_seconds=60.0)
"""For tests of anything else than patience: a process that a busy machine holds up for some seconds hides nothing."""

FAST = DEFAULT_TIMING.faster(5)
"""For tests of faults, which would else sleep out what a fault takes."""

FAST_TO_HEAR = replace(FAST, **PATIENCE)
"""The same, with patience for each answer."""


@dataclass
class Clock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 1, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**by)


@dataclass
class Rules:
    """The rules on a store of their own, and short ways to do with them what people do."""

    database: TestDatabase
    auth: Auth
    clock: Clock

    @property
    def path(self) -> Path:
        """The file of a store in SQLite."""
        assert isinstance(self.database, SqliteFile)
        return self.database.path

    async def sign_up(self, email_address: str = 'ann@example.com', client: ClientView | None = None,
                      **more: Any) -> SignedIn:
        return await sign_up(self.auth, client, email_address=email_address, password=PASSWORD, request_info=LAPTOP,
                             **more)

    async def sign_in(self, identifier: str = 'ann@example.com', client: ClientView | None = None,
                      password: str = PASSWORD, request_info: RequestInfo = LAPTOP) -> SignedIn:
        return await sign_in(self.auth, client, identifier=identifier, password=password, request_info=request_info)

    async def client(self, token: ClientToken) -> ClientView | None:
        """The client that a cookie gives, as it is in the store now."""
        return authenticate(token, (await read_clients(self.auth, [token.client_id])).get(token.client_id))

    async def here(self, token: ClientToken) -> ClientView:
        """The same, where there must be one."""
        client = await self.client(token)
        assert client is not None
        return client

    async def active(self, token: ClientToken) -> str | None:
        """The id of the session that a cookie's client uses."""
        client = await self.client(token)
        session = client and client.active_session(self.clock())
        return session and session.id

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as another program would; see ``TestDatabase``."""
        return self.database.sql(statement, *values)

    async def elsewhere(self, statement: str, *values: Any) -> list[Any]:
        """The same while this process goes on: a task of it, such as the sweeper, may hold the lock."""
        return await asyncio.to_thread(self.sql, statement, *values)

    async def changes(self) -> Changes:
        """Take what the change feed has to tell of all that was committed before."""
        feed = self.auth.store.feed
        if feed.synced_at == -math.inf:
            await feed.open()
        if feed.exact:
            return feed.drain()
        last = new_id('client')  # notes come in the order of the commits
        self.sql(f"SELECT pg_notify('{CHANNEL}', ?)", json.dumps([[last, None]]))
        changes = Changes()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while last not in changes.client_ids:
                await feed.wait(10)
                more = feed.drain()
                changes = Changes(changes.client_ids | more.client_ids, changes.user_ids | more.user_ids,
                                  changes.missed or more.missed)
        return replace(changes, client_ids=changes.client_ids - {last})

    def moment(self, statement: str, *values: Any) -> datetime | None:
        """Run a statement that finds one moment."""
        (found,), = self.sql(statement, *values)
        return Moment().process_result_value(found, sqlite.dialect())

    def status(self, session_id: str) -> str:
        """The status of a session, as the store has it."""
        return self.sql('SELECT status FROM session WHERE id = ?', session_id)[0][0]

    def everything(self) -> list[Any]:
        """All rows there are, table by table."""
        return self.database.rows(TABLES)

    def events(self, *columns: str) -> list[Any]:
        """The audit log, the oldest event first."""
        return self.sql(f'SELECT {", ".join(columns or ("action",))} FROM audit_event ORDER BY at, id')
