"""What servers are answered: the shapes of the Frontend API, with what only servers may know."""

from __future__ import annotations

from datetime import datetime

from models import SessionStatus

from ...rules.pending import TASK
from ...rules.servers import ServerClient, ServerSession, ServerUser
from ..api import serializers
from ..api.serializers import activity_json, milliseconds
from ..api.shapes import Json


def session_json(session: ServerSession) -> Json:
    """A session."""
    # A status that SQL has written and nobody knows is no sign-in; strict clients take none but those they know.
    status = session.status if session.status in set(SessionStatus) else SessionStatus.ENDED
    last_active_at = milliseconds(session.last_active_at)
    return {
        'object': 'session', 'id': session.id, 'user_id': session.user_id, 'client_id': session.client_id,
        'status': status, 'last_active_at': last_active_at, 'expire_at': milliseconds(session.expire_at),
        'abandon_at': milliseconds(session.abandon_at or session.expire_at), 'updated_at': last_active_at,
        'created_at': milliseconds(session.created_at), 'actor': None, 'last_active_organization_id': None,
        'tasks': [{'key': TASK}] if status == SessionStatus.PENDING else None,
        'latest_activity': activity_json(session.id, session.place),
    }


def user_json(user: ServerUser) -> Json:
    """A user."""
    found = serializers.user_json(user.view)
    address = found['email_addresses'][0]
    return found | {
        'private_metadata': {}, 'banned': user.disabled, 'locked': user.locked,
        'last_sign_in_at': user.last_sign_in_at and milliseconds(user.last_sign_in_at),
        'last_active_at': user.last_active_at and milliseconds(user.last_active_at),
        # By this name, Clerk's library for Python knows which kind it is.
        'email_addresses': [address | {'verification': address['verification'] | {'object': 'verification_otp'}}],
    }


def client_json(client: ServerClient, now: datetime) -> Json:
    """A client, with its sessions that have not ended."""
    return {
        'object': 'client', 'id': client.id, 'session_ids': [session.id for session in client.sessions],
        'sessions': [session_json(session) for session in client.sessions], 'sign_in_id': None, 'sign_up_id': None,
        'last_active_session_id': client.active_session_id, 'last_authentication_strategy': None,
        'created_at': milliseconds(client.created_at), 'updated_at': milliseconds(now),
    }
