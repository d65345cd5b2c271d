"""What a tab may gain by a push: nothing. A push only takes away; the cookie of an HTTP request grants."""

from __future__ import annotations

from datetime import datetime

from ..rules.clients import ClientSession, ClientView


def needs_re_authentication(granted: ClientView | None, found: ClientView, now: datetime) -> bool:
    """Whether a tab may show what was found of its client only after the browser has sent its cookie again.

    :param granted: what the tab was granted when it last showed its cookie
    :param found: the same client, as it is in the store
    """
    if granted is found:  # nothing has changed since
        return False
    return granted is None or found.secret_hash != granted.secret_hash or _widens(granted, found, now)


def _widens(granted: ClientView, found: ClientView, now: datetime) -> bool:
    """Whether what was found would give a tab more than it has."""
    rights = _rights(found, now)
    if not rights:
        return False
    old, new = granted.active_session(now), found.active_session(now)
    if new is not None and (old is None or old.id != new.id):
        return True
    return not rights <= _rights(granted, now)


def _rights(client: ClientView, now: datetime) -> set[str]:
    return {right for session in client.alive(now) for right in _rights_of(session)}


def _rights_of(session: ClientSession) -> tuple[str, ...]:
    if session.pending:
        return (f'pending {session.id}',)
    return (session.id, *(f'{role} {session.user.id}' for role in session.user.roles))
