"""Re-authentication: the password is given again in a session that lives, which then may do what matters most."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select, update
from sqlmodel import col

from models import AuditAction, Client, Session

from ..credentials.tokens import ClientToken
from ..errors import ClientRenewed, NotSignedIn, PasswordIncorrect, SessionNotFound, TooManyWrongPasswords
from ..language import N_
from ..requests.request_info import RequestInfo
from ..settings import Settings
from .actor import Actor, find_actor
from .audit import record
from .clients import ClientView
from .context import Auth
from .current_password import WRONG, check_current_password
from .renewal import begun_anew
from .sessions import signed_in
from .sign_in import renew_client

NOT_HERE = N_('That session is not signed in on this browser. Nothing was changed; reload the page to see who is.')


async def re_authenticate(auth: Auth, client: ClientView | None, session_id: str, *, password: str, secret: str,
                          request_info: RequestInfo) -> ClientToken:
    """Note that the person in a session has just given their password; the client gets a new secret (ASVS 7.2.4).

    The session begins anew, with the whole of its limits. Which session is in use does not change.

    :param secret: what the client's secret is afterwards
    :return: what belongs in the cookie and nowhere else
    :raises PasswordIncorrect: if it is wrong, which counts as a wrong current password
    :raises SessionNotFound: if the session is not signed in on this client
    :raises ClientRenewed: if the client got another secret meanwhile; with that one this would work
    :raises AuthError: or ``TooManyWrongPasswords``, ``ParamMissing``, ``TooBusy``, ``StoreAway``
    """
    try:
        actor = await auth.read(find_actor, client, session_id)
        await check_current_password(auth, client, actor, password, param='password', request_info=request_info)
        return await auth.run(note_authentication, client, actor, secret, request_info,
                              settings=auth.settings)
    except TooManyWrongPasswords:
        raise
    except NotSignedIn:
        if client is not None and await auth.read(lives_under_another_secret, client, session_id):
            raise ClientRenewed from None
        raise SessionNotFound(NOT_HERE) from None


def note_authentication(db: Connection, now: datetime, client: ClientView | None, actor: Actor, secret: str,
                        request_info: RequestInfo, *, settings: Settings) -> ClientToken:
    """Begin the limits and the window of a session anew, and rotate the secret of its client.

    :param actor: as they were when the password was checked
    :raises NotSignedIn: if they were signed out, or the secret was rotated, while it was hashed
    :raises PasswordIncorrect: if the password was changed meanwhile
    """
    if find_actor(db, now, client, actor.session_id, lock=True).password_hash != actor.password_hash:
        raise PasswordIncorrect(WRONG, param='password')
    db.execute(update(Session).where(col(Session.id) == actor.session_id).values(
        begun_anew(now, settings)))
    record(db, AuditAction.RE_AUTHENTICATED, now, [actor.as_subject], request_info)
    return renew_client(db, now, client, secret)


def lives_under_another_secret(db: Connection, now: datetime, client: ClientView, session_id: str) -> bool:
    """Tell whether a session is signed in on a client that has got another secret since it was read."""
    is_renewed = exists().where(col(Client.id) == client.id, col(Client.secret_hash) != client.secret_hash)
    here = select(col(Session.id)).where(col(Session.id) == session_id, col(Session.client_id) == client.id,
                                         signed_in(now), is_renewed)
    return db.execute(here).first() is not None
