"""What the Frontend API answers: the shapes of ``shapes.py``, filled. Moments are milliseconds since 1970."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from ...errors import AuthError
from ...rules.clients import ClientSession, ClientView, UserView
from ...rules.confirmed_sign_up import WaitsForCode
from ...rules.devices import Device
from ...rules.invitations import Invited
from ...rules.pending import TASK
from ...rules.places import Place
from ...rules.session_tokens import minutes_since
from .shapes import (
    ACTIVITY,
    CLIENT,
    DELETED,
    EMAIL_ADDRESS,
    ERROR,
    ERRORS,
    FACTOR,
    PUBLIC_USER_DATA,
    SESSION,
    SESSION_VERIFICATION,
    SIGN_IN,
    SIGN_UP,
    SIGN_UP_VERIFICATIONS,
    USER,
    VERIFICATION,
    Json,
)


def client_json(client: ClientView, now: datetime) -> Json:
    """A client with the sessions that are signed in on it."""
    in_use = client.session_in_use(now)
    return CLIENT | {
        'id': client.id, 'sessions': [session_json(session, now, client.id) for session in client.alive(now)],
        'last_active_session_id': in_use and in_use.id,
        'created_at': milliseconds(client.created_at), 'updated_at': milliseconds(now),
    }


def no_client_json(now: datetime, client_id: str = '') -> Json:
    """What stands for the client of a browser, or of a phone, that has none."""
    return client_json(ClientView(client_id, '', None, now, ()), now)


def session_json(session: ClientSession, now: datetime, client_id: str, status: str = '') -> Json:
    """A session and its user."""
    user = session.user
    tasks = [{'key': TASK}] if session.pending else None
    return SESSION | {
        'id': session.id, 'client_id': client_id, 'user_id': user.id,
        'status': status or ('pending' if session.pending else 'active'),
        'expire_at': milliseconds(session.expire_at),
        'abandon_at': milliseconds(session.abandon_at or session.expire_at),
        'last_active_at': milliseconds(session.last_active_at), 'tasks': tasks, 'current_task': tasks and tasks[0],
        'user': user_json(user), 'public_user_data': PUBLIC_USER_DATA | {
            'first_name': user.first_name or None, 'last_name': user.last_name or None,
            'identifier': user.email_address, 'user_id': user.id},
        'factor_verification_age': [minutes_since(session.authenticated_at, now), -1],
        'created_at': milliseconds(session.created_at),
        'updated_at': milliseconds(max(session.last_active_at, user.updated_at)),
    }


def device_json(device: Device, status: str = 'active') -> Json:
    """A session of a user on any client, with what is known of the device."""
    last = Place(device.user_agent, device.ip_address)
    return SESSION | {
        'id': device.session_id, 'status': status, 'expire_at': milliseconds(device.expire_at),
        'abandon_at': milliseconds(device.abandon_at or device.expire_at),
        'last_active_at': milliseconds(device.last_active_at), 'created_at': milliseconds(device.created_at),
        'updated_at': milliseconds(device.last_active_at), 'device_name': device.name or None,
        'latest_activity': activity_json(device.session_id, last) | {'this_device': device.this_device},
        'sign_in_activity': activity_json(device.session_id, device.signed_in_from or last),
    }


def activity_json(session_id: str, place: Place) -> Json:
    """From where a session is used."""
    agent = place.user_agent
    return ACTIVITY | {'id': f'sess_activity_{session_id.removeprefix("sess_")}', 'device_type': agent.device,
                       'browser_name': agent.browser, 'ip_address': place.ip_address, 'is_mobile': agent.is_mobile}


def verification_json(session: ClientSession, now: datetime, client_id: str, *, is_complete: bool) -> Json:
    """A re-authentication, which takes one step."""
    return SESSION_VERIFICATION | {
        'id': f'sver_{session.id.removeprefix("sess_")}',
        'status': 'complete' if is_complete else 'needs_first_factor', 'session': session_json(session, now, client_id),
        'first_factor_verification': _VERIFIED_BY_PASSWORD if is_complete else None,
        'supported_first_factors': [_PASSWORD]}


def user_json(user: UserView) -> Json:
    """A user, as the person themselves may see it."""
    address_id = f'idn_{user.id.removeprefix("user_")}'
    created_at, updated_at = milliseconds(user.created_at), milliseconds(user.updated_at)
    return USER | {
        'id': user.id, 'first_name': user.first_name or None, 'last_name': user.last_name or None,
        'primary_email_address_id': address_id, 'email_addresses': [EMAIL_ADDRESS | {
            'id': address_id, 'email_address': user.email_address,
            'verification': VERIFIED_BY_MAIL if user.address_confirmed else _UNVERIFIED,
            'created_at': created_at, 'updated_at': updated_at}],
        'created_at': created_at, 'updated_at': updated_at,
    }


def deleted_user_json(user_id: str) -> Json:
    """A user who is not there any more."""
    return DELETED | {'object': 'user', 'id': user_id}


def personal_data_json(found: Json) -> Json:
    """All rows that are somebody's, as they are stored: moments are ISO 8601 here, for people to read."""
    return json.loads(json.dumps(found, default=lambda moment: moment.isoformat()))


def signed_in_json(identifier: str, session_id: str) -> Json:
    """A sign-in that is complete."""
    return SIGN_IN | {'id': f'sia_{session_id.removeprefix("sess_")}', 'status': 'complete', 'identifier': identifier,
                      'supported_first_factors': [_PASSWORD],
                      'first_factor_verification': _VERIFIED_BY_PASSWORD, 'created_session_id': session_id}


def signed_up_json(user: UserView | None, email_address: str, session_id: str, user_id: str, now: datetime
                   ) -> Json:
    """A sign-up that is complete.

    :param user: whom it made, if that is known
    """
    confirmed = VERIFIED_BY_MAIL if user and user.address_confirmed else None
    return _sign_up_json(f'sua_{session_id.removeprefix("sess_")}', email_address, now, confirmed) | {
        'status': 'complete', 'created_session_id': session_id, 'created_user_id': user_id,
        'first_name': (user and user.first_name) or None, 'last_name': (user and user.last_name) or None}


def waiting_json(sign_up: WaitsForCode) -> Json:
    """A sign-up that waits for the code that was mailed. It says the same where there is an account already."""
    return _sign_up_json(sign_up.id, sign_up.email_address or None, sign_up.expire_at, _UNVERIFIED) | {
        'status': 'missing_requirements', 'unverified_fields': ['email_address'],
        'first_name': sign_up.first_name or None, 'last_name': sign_up.last_name or None}


def _sign_up_json(sign_up_id: str, email_address: str | None, abandon_at: datetime, verification: Json | None) -> Json:
    sign_up_verification = verification and verification | {
        'next_action': 'needs_attempt' if verification is _UNVERIFIED else '', 'supported_strategies': ['email_code']}
    return SIGN_UP | {'id': sign_up_id, 'email_address': email_address, 'abandon_at': milliseconds(abandon_at),
                      'verifications': SIGN_UP_VERIFICATIONS | {'email_address': sign_up_verification}}


def attempt_json(sign_in_id: str, identifier: str | None, strategies: Sequence[str], strategy: str = '') -> Json:
    """A sign-in that goes on. It says the same whether somebody has that address or not.

    :param strategies: how it may go on
    :param strategy: how it was chosen to go on, with what was mailed
    """
    chosen = VERIFICATION | {'status': 'unverified', 'strategy': strategy}
    return SIGN_IN | {
        'id': sign_in_id, 'status': 'needs_first_factor', 'identifier': identifier,
        'first_factor_verification': chosen if strategy else None,
        'supported_first_factors': [_factor(one, sign_in_id, identifier) for one in strategies]}


def _factor(strategy: str, sign_in_id: str, identifier: str | None) -> Json:
    if strategy == 'password':
        return _PASSWORD
    address_id = hashlib.sha256(f'{sign_in_id}'.encode()).hexdigest()[:24]  # of the attempt: it tells of nobody
    return FACTOR | {'strategy': strategy, 'email_address_id': f'idn_{address_id}', 'safe_identifier': identifier,
                     'primary': True}


def address_json(address_id: str, email_address: str, now: datetime, verification: Json | None = None) -> Json:
    """An address that waits for the code that was mailed to it."""
    moment = milliseconds(now)
    return EMAIL_ADDRESS | {'id': address_id, 'email_address': email_address, 'created_at': moment,
                            'updated_at': moment, 'verification': verification or _UNVERIFIED}


_PASSWORD = FACTOR | {'strategy': 'password'}
_VERIFIED_BY_PASSWORD = VERIFICATION | {'status': 'verified', 'strategy': 'password'}
_UNVERIFIED = VERIFICATION | {'status': 'unverified', 'strategy': 'email_code'}
VERIFIED_BY_MAIL = VERIFICATION | {'status': 'verified', 'strategy': 'email_code'}


def error_json(error: AuthError, trace_id: str = '') -> Json:
    """An error in Clerk's shape, and with it those in other fields.

    :param trace_id: by which the log tells of it; by default one that it does not know
    """
    return ERRORS | {'clerk_trace_id': trace_id or new_trace_id(), 'errors': [
        ERROR | {'code': one.code, 'message': one.message, 'long_message': one.message, 'meta': one.meta}
        for one in (error, *error.also)]}


def new_trace_id() -> str:
    """Make an id by which somebody can speak of an answer."""
    return secrets.token_hex(16)


def invitation_json(made: Invited, own_url: str) -> Json:
    """An invitation that was made: its link, or the address that gets it by mail."""
    return {'object': 'invitation', 'id': made.id, 'email_address': made.email_address, 'url': made.link(own_url),
            'mailed_to': '' if made.ticket else made.email_address, 'expire_at': milliseconds(made.expire_at)}


def milliseconds(moment: datetime) -> int:
    """A moment, as it is sent."""
    return int(moment.timestamp() * 1000)
