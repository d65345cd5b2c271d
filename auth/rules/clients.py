"""Who a client is: what the store says of one browser and its sessions, and the check of its cookie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models import SessionStatus, one_of
from models.tables import client, session, user

from ..credentials.tokens import ClientToken, secret_matches
from .context import Auth


@dataclass(frozen=True, slots=True)
class UserView:
    """What a page may show of a user."""

    id: str
    email_address: str
    first_name: str
    last_name: str
    is_admin: bool = False

    @property
    def name(self) -> str:
        """How to address the person."""
        return f'{self.first_name} {self.last_name}'.strip() or self.email_address


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session of a client whose status is active."""

    id: str
    user: UserView
    created_at: datetime
    last_active_at: datetime = field(compare=False)
    """Moves with every activity, as does ``abandon_at``; what a tab shows has not changed by that."""
    expire_at: datetime
    abandon_at: datetime | None = field(compare=False)

    @property
    def ends_at(self) -> datetime:
        """When it ends if nobody does anything."""
        return self.expire_at if self.abandon_at is None else min(self.expire_at, self.abandon_at)


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client and its sessions, as the store had them at one moment."""

    id: str
    secret_hash: str = field(repr=False)
    chosen_session_id: str | None
    created_at: datetime
    sessions: tuple[SessionView, ...]
    """Those whose status is active, the oldest first; a lifetime may have passed since they were read."""

    def signed_in(self, now: datetime) -> tuple[SessionView, ...]:
        """The sessions that are signed in."""
        return tuple(session for session in self.sessions if now < session.ends_at)

    def active_session(self, now: datetime) -> SessionView | None:
        """The session in use. None is chosen in place of one that has ended."""
        return next((session for session in self.signed_in(now) if session.id == self.chosen_session_id), None)

    def next_end(self, now: datetime) -> datetime | None:
        """When the next of its sessions ends if nobody does anything."""
        return min((session.ends_at for session in self.signed_in(now)), default=None)


def authenticate(token: ClientToken | None, found: ClientView | None) -> ClientView | None:
    """Give the client to whoever has its secret, and to nobody else."""
    if token is None or found is None or not secret_matches(token, found.secret_hash):
        return None
    return found


READ_AT_ONCE = 500
"""How many clients are read before whatever else waits has its turn; after a restart all of them are read."""

_READ = (
    select(client.c.id, client.c.secret_hash, client.c.active_session_id, client.c.created_at,
           session.c.id, session.c.created_at, session.c.last_active_at, session.c.expire_at, session.c.abandon_at,
           user.c.id, user.c.email_address, user.c.first_name, user.c.last_name, user.c.is_admin)
    .select_from(client
                 .outerjoin(session, (session.c.client_id == client.c.id) & (session.c.status == SessionStatus.ACTIVE))
                 .outerjoin(user, (user.c.id == session.c.user_id) & user.c.disabled.is_(False)))
    .where(one_of(client.c.id, 'the_ids'))
    .order_by(session.c.created_at, session.c.id)
)


async def read_clients(auth: Auth, client_ids: Iterable[str]) -> dict[str, ClientView]:
    """Read clients and their sessions; ids that are no client's are left out.

    Those that are read together are of one moment; of very many, each part is of its own.

    :raises StoreAway: if the store can't be reached
    """
    ids = list(client_ids)
    clients: dict[str, ClientView] = {}
    for start in range(0, len(ids), READ_AT_ONCE):
        async with auth.read() as connection:
            rows = (await connection.execute(_READ, {'the_ids': ids[start:start + READ_AT_ONCE]})).all()
        by_client: dict[str, list[Any]] = {}
        for row in rows:
            by_client.setdefault(row[0], []).append(row)
        clients.update((client_id, _view(found)) for client_id, found in by_client.items())
    return clients


def _view(rows: list[Any]) -> ClientView:
    client_id, secret_hash, chosen, created_at = rows[0][:4]
    sessions = tuple(SessionView(row[4], UserView(*row[9:14]), *row[5:9]) for row in rows if row[4] and row[9])
    return ClientView(client_id, secret_hash, chosen, created_at, sessions)
