"""Who a client is: what the store says of one browser and its sessions, and the check of its cookie."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select
from sqlmodel import col

from models import Client, Session, SessionStatus, User
from models.statements import built_once, columns
from models.types import DISTANT_PAST

from ..access import roles_of
from ..credentials.tokens import ClientToken, secret_matches
from .context import Auth
from .names import clean_name, imitates_address, initials


@dataclass(frozen=True, slots=True)
class UserView:
    """What a page may show of a user. Whatever the store holds for names, nothing in them is invisible."""

    id: str
    email_address: str
    first_name: str
    last_name: str
    is_admin: bool = False
    role_words: str = ''
    """As the store has them."""
    created_at: datetime = field(default=DISTANT_PAST, compare=False)
    updated_at: datetime = field(default=DISTANT_PAST, compare=False)
    """When anything of this was changed last, or the password; Clerk's clients draw a user anew when this is newer."""
    address_confirmed: bool = False
    """Whether the person has proved that the address is theirs."""

    def __post_init__(self) -> None:
        """Clean the names: also SQL may have written them."""
        object.__setattr__(self, 'first_name', clean_name(self.first_name))
        object.__setattr__(self, 'last_name', clean_name(self.last_name))

    @property
    def roles(self) -> frozenset[str]:
        """What they may do: words of the app's author, and "admin" if they administer the site."""
        return roles_of(self.role_words, is_admin=self.is_admin)

    @property
    def full_name(self) -> str:
        """What they call themselves; nothing if they have not said it."""
        return f'{self.first_name} {self.last_name}'.strip()

    @property
    def name(self) -> str:
        """How to address the person: by their name, unless that could be taken for somebody's email address."""
        name = self.full_name
        return name if name and not imitates_address(name) else self.email_address

    @property
    def initials(self) -> str:
        """One or two letters, for the picture that they have not got."""
        return initials(self.first_name, self.last_name, self.email_address)


@dataclass(frozen=True, slots=True)
class ClientSession:
    """A session of a client that is active or pending, as its tabs show it.

    Thousands are kept in memory, so it has no more than that; ``Device`` and ``AdminSession`` are read for a list.
    """

    id: str
    user: UserView
    created_at: datetime
    last_active_at: datetime = field(compare=False)
    """Moves with every activity, as does ``abandon_at``; what a tab shows has not changed by that."""
    expire_at: datetime
    abandon_at: datetime | None = field(compare=False)
    authenticated_at: datetime = field(default=DISTANT_PAST, compare=False)
    """When its password was last given."""
    last_place: int = field(default=0, compare=False)
    """Where it was last active, as ``place_of`` tells it; enough to see that somebody is elsewhere now."""
    kept: bool = field(default=False, compare=False)
    """Whether its person asked to be kept signed in."""
    pending: bool = False
    """Whether a new password has to be chosen first; until then nobody is signed in with it."""

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
    sessions: tuple[ClientSession, ...]
    """Those that are active or pending, the oldest first; a lifetime may have passed since they were read."""

    def alive(self, now: datetime) -> tuple[ClientSession, ...]:
        """The sessions that have not ended: those that are signed in, and one that is pending."""
        return tuple(session for session in self.sessions if now < session.ends_at)

    def signed_in(self, now: datetime) -> tuple[ClientSession, ...]:
        """The sessions that are signed in."""
        return tuple(session for session in self.alive(now) if not session.pending)

    def pending_session(self, now: datetime) -> ClientSession | None:
        """The session in use, if a new password has to be chosen in it."""
        return next((session for session in self.alive(now)
                     if session.pending and session.id == self.chosen_session_id), None)

    def active_session(self, now: datetime) -> ClientSession | None:
        """The session in use. None is chosen in place of one that has ended."""
        return next((session for session in self.signed_in(now) if session.id == self.chosen_session_id), None)

    def session_in_use(self, now: datetime) -> ClientSession | None:
        """The session in use, whether somebody is signed in with it or has to choose a password first."""
        return self.active_session(now) or self.pending_session(now)

    def next_end(self, now: datetime) -> datetime | None:
        """When the next of its sessions ends if nobody does anything."""
        return min((session.ends_at for session in self.alive(now)), default=None)

    def cookie_end(self, now: datetime, *, without: Collection[str] = ()) -> datetime | None:
        """When nobody can use its cookie any more: at the latest end of those who asked to be kept signed in. None:
        when the browser is closed.

        :param without: sessions that count no more
        """
        return max((session.expire_at for session in self.signed_in(now) if session.kept and session.id not in without),
                   default=None)


USER_VIEW = (*columns(User.id, User.email_address, User.first_name, User.last_name, User.is_admin, User.roles,
                      User.created_at), func.coalesce(col(User.updated_at), col(User.created_at)),
             col(User.address_confirmed_at).is_not(None))
"""The columns of a ``UserView``, in its order."""

AUTHENTICATED_AT = func.coalesce(col(Session.authenticated_at), col(Session.created_at))
"""When the password of a session was last given."""

READ_AT_ONCE = 500
"""How many clients are read before whatever else waits has its turn; after a restart all that have tabs are read."""


def place_of(user_agent: str, ip_address: str) -> int:
    """Tell places apart, in little memory; within this process only."""
    return hash((user_agent, ip_address))


def authenticate(token: ClientToken | None, found: ClientView | None) -> ClientView | None:
    """Give the client to whoever has its secret, and to nobody else."""
    if token is None or found is None or not secret_matches(token, found.secret_hash):
        return None
    return found


async def read_clients(auth: Auth, client_ids: Collection[str]) -> dict[str, ClientView]:
    """Read clients and their sessions; ids that are no client's are left out.

    Those that are read together are of one moment; of very many, each part is of its own.

    :raises StoreAway: if the store can't be reached
    """
    ids = list(client_ids)
    clients: dict[str, ClientView] = {}
    for start in range(0, len(ids), READ_AT_ONCE):
        clients.update(await auth.store.read(find_clients, ids[start:start + READ_AT_ONCE]))
    return clients


def find_clients(db: Connection, client_ids: Sequence[str]) -> dict[str, ClientView]:
    """Read clients and their sessions, at most as many as are read at once."""
    found = db.execute(*(_one_client(client_ids[0]) if len(client_ids) == 1 else _many_clients(client_ids)))
    return {client_id: _view(list(rows)) for client_id, rows in groupby(found, lambda row: row[0])}


@built_once
def _one_client(client_id: str):
    return _clients().where(col(Client.id) == client_id)


@built_once
def _many_clients(client_ids: Collection[str]):
    return _clients().where(col(Client.id).in_(client_ids))


def _clients() -> Select[*tuple[Any, ...]]:
    is_alive = col(Session.status).in_([SessionStatus.ACTIVE, SessionStatus.PENDING])
    return (select(*columns(Client.id, Client.secret_hash, Client.active_session_id, Client.created_at, Session.id,
                            Session.created_at, Session.last_active_at, Session.expire_at, Session.abandon_at),
                   func.coalesce(col(Session.last_user_agent), col(Session.user_agent)),
                   func.coalesce(col(Session.last_ip_address), col(Session.ip_address)), AUTHENTICATED_AT,
                   *columns(Session.kept, Session.status), *USER_VIEW)
            .select_from(Client)
            .outerjoin(Session, and_(col(Session.client_id) == Client.id, is_alive))
            .outerjoin(User, and_(col(User.id) == Session.user_id, col(User.disabled).is_(False)))
            .order_by(col(Client.id), col(Session.created_at), col(Session.id)))


def _view(rows: list[Any]) -> ClientView:
    client_id, secret_hash, chosen, created_at = rows[0][:4]
    sessions = tuple(ClientSession(row[4], UserView(*row[14:]), *row[5:9], authenticated_at=row[11],
                                   last_place=place_of(*row[9:11]), kept=row[12],
                                   pending=row[13] == SessionStatus.PENDING)
                     for row in rows if row[4] and row[14])
    return ClientView(client_id, secret_hash, chosen, created_at, sessions)
