"""What the Frontend API answers, in Clerk's shapes. Moments are milliseconds since 1970."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from models.types import new_id

from ...errors import AuthError
from ...rules.clients import ClientSession, ClientView, UserView
from ...rules.confirmed_sign_up import WaitsForCode
from ...rules.devices import Device
from ...rules.invitations import Invited
from ...rules.pending import TASK
from ...rules.places import Place

Json = dict[str, Any]


def client_json(client: ClientView, now: datetime) -> Json:
    """A client with the sessions that are signed in on it."""
    in_use = client.active_session(now) or client.pending_session(now)
    return {
        'object': 'client', 'id': client.id,
        'sessions': [session_json(session, now) for session in client.alive(now)],
        'sign_in': None, 'sign_up': None, 'last_active_session_id': in_use and in_use.id,
        'cookie_expires_at': None, 'captcha_bypass': False, 'last_authentication_strategy': None,
        'created_at': _milliseconds(client.created_at), 'updated_at': _milliseconds(now),
    }


def no_client_json(now: datetime) -> Json:
    """What stands for the client of a browser that has none."""
    return client_json(ClientView('', '', None, now, ()), now)


def device_json(device: Device) -> Json:
    """A session of a user on any client, with what is known of the device."""
    last = Place(device.user_agent, device.ip_address)
    return {
        'object': 'session', 'id': device.session_id, 'status': 'active',
        'last_active_at': _milliseconds(device.last_active_at), 'created_at': _milliseconds(device.created_at),
        'device_name': device.name or None,
        'latest_activity': {**_activity_json(last), 'this_device': device.this_device},
        'sign_in_activity': _activity_json(device.signed_in_from or last),
    }


def _activity_json(place: Place) -> Json:
    agent = place.user_agent
    return {'object': 'session_activity', 'device_type': agent.device, 'browser_name': agent.browser,
            'ip_address': place.ip_address, 'is_mobile': agent.is_mobile}


def session_json(session: ClientSession, now: datetime, status: str = '') -> Json:
    """A session and its user."""
    user = session.user
    return {
        'object': 'session', 'id': session.id, 'status': status or ('pending' if session.pending else 'active'),
        'expire_at': _milliseconds(session.expire_at), 'abandon_at': _milliseconds(session.abandon_at),
        'last_active_at': _milliseconds(session.last_active_at), 'last_active_organization_id': None,
        'actor': None, 'tasks': [{'key': TASK}] if session.pending else None, 'user': user_json(user),
        'public_user_data': {'first_name': user.first_name or None, 'last_name': user.last_name or None,
                             'image_url': '', 'has_image': False, 'identifier': user.email_address,
                             'user_id': user.id},
        'factor_verification_age': [_minutes_since(session.authenticated_at, now), -1], 'last_active_token': None,
        'created_at': _milliseconds(session.created_at), 'updated_at': _milliseconds(session.last_active_at),
    }


def verification_json(session: ClientSession, now: datetime, *, is_complete: bool) -> Json:
    """A re-authentication, which takes one step."""
    verified = {'object': 'verification', 'status': 'verified', 'strategy': 'password', 'attempts': None,
                'expire_at': None}
    return {'object': 'session_verification', 'id': f'sver_{session.id.removeprefix("sess_")}',
            'status': 'complete' if is_complete else 'needs_first_factor', 'level': 'first_factor',
            'session': session_json(session, now), 'first_factor_verification': verified if is_complete else None,
            'second_factor_verification': None, 'supported_first_factors': [{'strategy': 'password'}],
            'supported_second_factors': []}


def user_json(user: UserView) -> Json:
    """A user, as the person themselves may see it."""
    address_id = f'idn_{user.id.removeprefix("user_")}'
    return {
        'object': 'user', 'id': user.id, 'first_name': user.first_name or None, 'last_name': user.last_name or None,
        'primary_email_address_id': address_id, 'password_enabled': True, 'image_url': '', 'has_image': False,
        'email_addresses': [{'object': 'email_address', 'id': address_id, 'email_address': user.email_address}],
    }


def personal_data_json(found: Json) -> Json:
    """All rows that are somebody's, as they are stored: moments are ISO 8601 here, for people to read."""
    return json.loads(json.dumps(found, default=lambda moment: moment.isoformat()))


def attempt_json(kind: str, identifier: str, session_id: str, user_id: str) -> Json:
    """A sign-in or sign-up that was complete at once."""
    attempt: Json = {'object': f'{kind}_attempt', 'id': f'{"sia" if kind == "sign_in" else "sua"}_{session_id[5:]}',
                     'status': 'complete', 'created_session_id': session_id}
    if kind == 'sign_in':
        return {**attempt, 'identifier': identifier}
    return {**attempt, 'email_address': identifier, 'created_user_id': user_id, 'missing_fields': [],
            'unverified_fields': [], 'verifications': {}}


def waiting_json(sign_up: WaitsForCode) -> Json:
    """A sign-up that waits for the code that was mailed. It says the same where there is an account already."""
    return {'object': 'sign_up_attempt', 'id': sign_up.id, 'status': 'missing_requirements',
            'email_address': sign_up.email_address or None, 'created_session_id': None, 'created_user_id': None,
            'missing_fields': [], 'unverified_fields': ['email_address'],
            'verifications': {'email_address': _UNVERIFIED}}


def reset_json(identifier: str) -> Json:
    """A sign-in that waits for what was mailed. Its id is of no use: the link works in every browser."""
    return {'object': 'sign_in_attempt', 'id': new_id('sia'), 'status': 'needs_first_factor', 'identifier': identifier,
            'created_session_id': None, 'first_factor_verification': None,
            'supported_first_factors': [{'strategy': 'reset_password_email_code'}]}


def address_json(address_id: str, email_address: str | None = None, verification: Json | None = None) -> Json:
    """An address that waits for the code that was mailed to it."""
    return {'object': 'email_address', 'id': address_id, 'email_address': email_address,
            'verification': verification or _UNVERIFIED}


_UNVERIFIED: Json = {'object': 'verification', 'status': 'unverified', 'strategy': 'email_code', 'attempts': None,
                     'expire_at': None}


def error_json(error: AuthError) -> Json:
    """An error in Clerk's shape, and with it those in other fields."""
    return {'errors': [{'code': one.code, 'message': one.message, 'long_message': one.message, 'meta': one.meta}
                       for one in (error, *error.also)]}


def _minutes_since(moment: datetime, now: datetime) -> int:
    return max(0, int((now - moment).total_seconds() // 60))


def invitation_json(made: Invited, own_url: str) -> Json:
    """An invitation that was made: its link, or the address that gets it by mail."""
    return {'object': 'invitation', 'id': made.id, 'email_address': made.email_address, 'url': made.link(own_url),
            'mailed_to': '' if made.ticket else made.email_address, 'expire_at': _milliseconds(made.expire_at)}


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
