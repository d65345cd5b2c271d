"""What an endpoint of an author's asks for: who sends the request, and how to act for them.

``SignedIn``, ``MaybeSignedIn`` and ``Admin`` are dependencies of FastAPI, for parameters of endpoints, of sockets, and
of pages that ``@ui.page`` serves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends
from starlette.exceptions import WebSocketException
from starlette.requests import HTTPConnection, Request

from .access import Access, access_said_by, admin_only, private
from .errors import AuthError
from .requests.request_info import request_info_of
from .rules.acting import Verb, act_as, read_as
from .rules.clients import ClientView, UserView
from .rules.proven_sign_in import sign_in_proven
from .rules.sign_in import SignedIn as NewSession
from .web.cookies import DEFAULT_NAME, NAME, is_secure, set_cookie, tokens_of
from .web.own_access import ASKED, HEADERS, OwnAccess

P = ParamSpec('P')
T = TypeVar('T')


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever sends a request, as they were in the store when it came."""

    user: UserView
    session_id: str
    _client: ClientView = field(repr=False)
    _access: Access = field(repr=False)
    _asked: OwnAccess = field(repr=False)

    @property
    def id(self) -> str:
        """The id of the user."""
        return self.user.id

    @property
    def email_address(self) -> str:
        """Their address."""
        return self.user.email_address

    @property
    def name(self) -> str:
        """How to address them."""
        return self.user.name

    @property
    def is_admin(self) -> bool:
        """Whether they administer the site."""
        return self.user.is_admin

    @property
    def roles(self) -> frozenset[str]:
        """What they may do: words of the app's author, and "admin" if they administer the site."""
        return self.user.roles

    async def act(self, verb: Verb[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write something for them, if they are signed in at that moment: it is asked in the transaction that writes.

        :param verb: a plain function of the open transaction (``sqlmodel.Session``), who acts (``Actor``) and values;
            what it raises undoes what it has written
        :raises NotSignedIn: if the session has ended since the request came; then nothing was written
        :raises NotAllowed: if they may not any more
        :raises StoreAway: if the store can't be reached; or ``OutcomeUnknown``
        """
        return await self._asked.auth.run(act_as, self._client, [self._access], verb, *args, **kwargs)

    async def read(self, query: Verb[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read something for them, if they are signed in at that moment; whoever writes waits for nobody who reads.

        :param query: as the verb of ``act``; it only reads
        :raises NotSignedIn: if the session has ended since the request came; or ``NotAllowed``, ``StoreAway``
        :raises Writes: if it would write
        """
        return await self._asked.auth.read(read_as, self._client, [self._access], query, *args, **kwargs)


def allowed(word: Callable[[Any], Any]) -> Callable[[HTTPConnection], Any]:
    """Make a dependency that gives the person who sends a request, if they may see what the word marks.

    :param word: ``private``, ``admin_only``, or another one of these words
    """
    access = access_said_by(word)

    async def person(connection: HTTPConnection) -> Person:
        asked = _asked(connection)
        try:
            client = await asked.check(access, connection.scope)
        except AuthError as error:
            raise _refusal(connection, error) from error
        found = _person(client, access, asked)
        assert found is not None  # noqa: S101 - nobody else passes the check
        return found

    return person


async def _maybe(connection: HTTPConnection) -> Person | None:
    asked = _asked(connection)
    try:
        asked.check_origin(connection.scope)
        client = await asked.clients.authenticate(*tokens_of(connection.scope))
    except AuthError as error:
        raise _refusal(connection, error) from error
    return client and _person(client, access_said_by(private), asked)


SignedIn = Annotated[Person, Depends(allowed(private))]
"""The person who sends the request; without one, 401. 403 if it would change something and comes from another site, 503
while the store is away."""

Admin = Annotated[Person, Depends(allowed(admin_only))]
"""The administrator who sends the request; anybody else who is signed in gets 403."""

MaybeSignedIn = Annotated[Person | None, Depends(_maybe)]
"""The person who sends the request, or None. For what is ``@public``: nobody else gets so far."""


async def sign_in_as(request: Request, user: str, *, keep_signed_in: bool = False) -> NewSession:
    """Sign in somebody who has proved who they are in another way, such as at another site; in a public endpoint.

    The cookie is added to the answer of the endpoint, whatever it is. The browser gets a new secret, all limits of a
    sign-in hold, and the history tells of it. Whoever calls this answers for the proof.

    :param user: their id, or their email address: one that was confirmed, or anybody could claim it. Where the site
        sends no mail and ``SIGN_UP`` is ``open``, an address opens no account that was never confirmed
    :param keep_signed_in: whether they stay signed in for longer, also when the browser is closed
    :raises UserNotFound: if there is no such user
    :raises UserDisabled: if an administrator has disabled them
    :raises AddressUnconfirmed: if anybody could have signed up with the address
    :raises AuthError: or ``SessionExists``, ``AccountLimitReached``, ``ClientRenewed``, ``StoreAway``; and
        ``OriginRefused`` if the request would change something, and comes from another site
    :raises RuntimeError: in a page
    """
    asked, scope = _asked(request), request.scope
    if HEADERS not in scope:
        raise RuntimeError('The answer of a page carries no cookie: sign people in at an endpoint, and redirect from '
                           'it.')
    asked.check_origin(scope)
    client = await asked.clients.authenticate(*tokens_of(scope))
    done = await sign_in_proven(asked.auth, client, user, request_info=request_info_of(scope),
                                keep_signed_in=keep_signed_in)
    now, after = asked.auth.now(), await asked.clients.find_after_act(done.token.client_id)
    end = after and after.cookie_end(now)
    cookie = set_cookie(done.token, scope.get(NAME, DEFAULT_NAME), secure=is_secure(scope), lasts=end and end - now)
    scope[HEADERS].append((b'set-cookie', cookie.encode()))
    return done


def _person(client: ClientView, access: Access, asked: OwnAccess) -> Person | None:
    session = client.active_session(asked.clients.now())
    return session and Person(session.user, session.id, client, access, asked)


def _asked(connection: HTTPConnection) -> OwnAccess:
    asked: OwnAccess | None = connection.scope.get(ASKED)
    if asked is None:
        raise RuntimeError('Nobody can tell who sends this request: serve the app through the guard that protect() '
                           'returns.')
    return asked


def _refusal(connection: HTTPConnection, error: AuthError) -> Exception:
    """What refuses a request; a socket that nobody has accepted is answered with 403."""
    return error if connection.scope['type'] == 'http' else WebSocketException(1008, error.code)
