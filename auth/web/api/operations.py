"""What the Frontend API can be asked, and what it answers: its routes and its description are made of this."""

from __future__ import annotations

from models import SessionStatus

from ..operations import Operation, Parameter
from ..schemas import (
    COUNT,
    ERRORS,
    FLAG,
    MOMENT,
    NO_MORE,
    TEXT,
    Json,
    filled,
    list_of,
    named,
    one_of,
    or_null,
    record,
    with_perhaps,
)
from . import shapes

_STRATEGIES = ('password', 'reset_password_email_code', 'email_code', '')
_FACTORS = list_of(named('Factor'))
_VERIFICATION = or_null(named('Verification'))

_SESSION = {
    'id': TEXT, 'client_id': or_null(TEXT), 'user_id': or_null(TEXT), 'status': one_of(*SessionStatus),
    'expire_at': MOMENT, 'abandon_at': MOMENT, 'last_active_at': MOMENT, 'tasks': or_null(list_of(named('Task'))),
    'current_task': or_null(named('Task')), 'user': or_null(named('User')),
    'public_user_data': or_null(named('PublicUserData')),
    'factor_verification_age': or_null(list_of({'type': 'integer'})), 'last_active_token': or_null(named('Token')),
    'created_at': MOMENT, 'updated_at': MOMENT,
}
_ACTIVITY = {'id': TEXT, 'device_type': TEXT, 'is_mobile': FLAG, 'browser_name': TEXT, 'ip_address': TEXT}

_USER_FIELDS = {
    'id': TEXT, 'first_name': or_null(TEXT), 'last_name': or_null(TEXT), 'primary_email_address_id': TEXT,
    'email_addresses': list_of(named('EmailAddress')), 'created_at': MOMENT, 'updated_at': MOMENT,
}

SCHEMAS: dict[str, Json] = {
    'Errors': ERRORS,
    'Task': record(key=TEXT),
    'Client': filled(
        shapes.CLIENT, id=TEXT, sessions=list_of(named('Session')), sign_in=or_null(named('SignIn')),
        sign_up=or_null(named('SignUp')), last_active_session_id=or_null(TEXT), created_at=MOMENT, updated_at=MOMENT),
    'Session': filled(shapes.SESSION, **_SESSION),
    'Device': filled(
        shapes.SESSION, **_SESSION, device_name=or_null(TEXT), latest_activity=named('LatestActivity'),
        sign_in_activity=named('Activity')),
    'Activity': filled(shapes.ACTIVITY, **_ACTIVITY),
    'LatestActivity': filled(shapes.ACTIVITY, **_ACTIVITY, this_device=FLAG),
    'PublicUserData': filled(shapes.PUBLIC_USER_DATA, first_name=or_null(TEXT), last_name=or_null(TEXT),
                             identifier=TEXT, user_id=TEXT),
    'User': filled(shapes.USER, **_USER_FIELDS),
    'ChangedUser': filled(shapes.USER, **_USER_FIELDS, revoked=COUNT),
    'EmailAddress': filled(shapes.EMAIL_ADDRESS, id=TEXT, email_address=TEXT, verification=named('Verification'),
                           created_at=MOMENT, updated_at=MOMENT),
    'Verification': filled(shapes.VERIFICATION, status=one_of('verified', 'unverified'), strategy=one_of(*_STRATEGIES)),
    'Factor': filled(shapes.FACTOR, strategy=one_of(*_STRATEGIES), email_address_id=or_null(TEXT),
                     safe_identifier=or_null(TEXT), primary=or_null(FLAG)),
    'SignIn': with_perhaps(filled(
        shapes.SIGN_IN, id=TEXT, status=one_of('complete', 'needs_first_factor'),
        identifier=or_null(TEXT), supported_first_factors=_FACTORS, first_factor_verification=_VERIFICATION,
        created_session_id=or_null(TEXT)), take_back_proof=TEXT),
    'SignUp': with_perhaps(filled(
        shapes.SIGN_UP, id=TEXT, status=one_of('complete', 'missing_requirements'), unverified_fields=list_of(TEXT),
        verifications=named('SignUpVerifications'), email_address=or_null(TEXT), first_name=or_null(TEXT),
        last_name=or_null(TEXT), created_session_id=or_null(TEXT), created_user_id=or_null(TEXT), abandon_at=MOMENT),
        take_back_proof=TEXT),
    'SignUpVerifications': filled(shapes.SIGN_UP_VERIFICATIONS, email_address=or_null(filled(
        shapes.VERIFICATION, status=one_of('verified', 'unverified'), strategy=one_of(*_STRATEGIES), next_action=TEXT,
        supported_strategies=list_of(TEXT)))),
    'SessionVerification': filled(
        shapes.SESSION_VERIFICATION, id=TEXT, status=one_of('complete', 'needs_first_factor'), session=named('Session'),
        first_factor_verification=_VERIFICATION, supported_first_factors=_FACTORS),
    'Deleted': filled(shapes.DELETED, object=TEXT, id=TEXT),
    'Token': record(object=one_of('token'), jwt=TEXT),
    'Open': {'type': 'object', 'description': 'Rows by table, or settings by subject.'},
}


def _envelope(response: Json) -> Json:
    return record(response=response, client=or_null(named('Client')))


def _fields(*names: str, **about: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, about.get(name, '')) for name in (*names, *about))


def _thing(name: str, **fields: Json) -> Json:
    """An answer of ours that Clerk does not have."""
    return _envelope(record(object=one_of(name), **fields))


_CLIENT, _SIGN_IN, _SIGN_UP = (_envelope(named(name)) for name in ('Client', 'SignIn', 'SignUp'))
_ONE_SESSION, _USER, _ADDRESS = (_envelope(named(name)) for name in ('Session', 'User', 'EmailAddress'))
_PERSON = ('first_name', 'last_name')
_AS = (Parameter('_clerk_session_id', 'The session that acts; by default the active one.'),)
_AT, _IN, _UP, _ME = '/client/sessions', '/client/sign_ins', '/client/sign_ups', '/me/sessions'
_NEW_ADDRESS = '/me/email_addresses'
_BACK = 'Where to, at one of the origins that the settings allow.'

OPERATIONS: tuple[Operation, ...] = (
    Operation(method='GET', path='/environment', about='What clients have to know of the site.', answer=named('Open')),
    Operation(method='PATCH', path='/environment', about='The same.', answer=named('Open')),
    Operation(method='GET', path='/client', about='This browser and its sessions.',
              answer=_envelope(or_null(named('Client')))),
    Operation(method='PUT', path='/client', about='The same, also where there is none yet.', answer=_CLIENT),
    Operation(method='DELETE', path='/client', about='Signs out of this browser, whose cookie is worthless then.',
              answer=_CLIENT),
    Operation(method='GET', path='/client/handshake', query=(Parameter('redirect_url', _BACK),), status=307,
              about='Gives the server that sent a browser here a session token.', answer=NO_MORE),
    Operation(method='GET', path='/client/touch', query=(Parameter('redirect_url', _BACK),), status=307,
              about='Sends a browser back.', answer=NO_MORE),
    Operation(method='DELETE', path='/client/cache', about='Drops what this browser has cached.',
              answer=_thing('cache', cleared=FLAG)),
    Operation(method='PUT', path='/client/cookie', about='The same cookie, for as long as it is of use.',
              answer=_thing('cookie', given=FLAG)),
    Operation(method='POST', path='/client/tabs', about='A tab re-authenticates.',
              body=_fields('tab', 'socket', 'epoch', 'final'), answer=_thing('tab', settled=FLAG)),
    Operation(method='DELETE', path=_AT, about='Signs out of this browser.', answer=_CLIENT),
    Operation(method='POST', path=f'{_AT}/{{session_id}}/confirm', about='Whether the cookie of a sign-in came back.',
              body=_fields('take_back_proof'), answer=_ONE_SESSION),
    Operation(method='POST', path=f'{_AT}/{{session_id}}/remove', about='Signs one session out.', answer=_ONE_SESSION),
    Operation(method='POST', path=f'{_AT}/{{session_id}}/end', about='Signs one session out.', answer=_ONE_SESSION),
    Operation(method='POST', path=f'{_AT}/{{session_id}}/touch', about='Uses this session.', answer=_ONE_SESSION),
    Operation(method='POST', path=f'{_AT}/{{session_id}}/tokens', about='A session token for other servers.',
              answer=named('Token')),
    Operation(method='POST', path=f'{_AT}/{{session_id}}/verify', about='How the person may show that it is them.',
              answer=_envelope(named('SessionVerification'))),
    Operation(method='POST', path=f'{_AT}/{{session_id}}/verify/attempt_first_factor',
              about='The password is given again.', body=_fields('password', 'strategy', 'tab', 'socket'),
              answer=_envelope(named('SessionVerification'))),
    Operation(method='POST', path=_IN, about='Signs in, or begins to.',
              body=_fields('identifier', 'password', 'strategy', 'keep_signed_in'), answer=_SIGN_IN),
    Operation(method='GET', path=f'{_IN}/{{sign_in_id}}', about='How far a sign-in is.', answer=_SIGN_IN),
    Operation(method='POST', path=f'{_IN}/{{sign_in_id}}/prepare_first_factor', about='Mails a code.',
              body=_fields('strategy'), answer=_SIGN_IN),
    Operation(method='POST', path=f'{_IN}/{{sign_in_id}}/attempt_first_factor', about='The password, or a mailed code.',
              body=_fields('password', 'strategy', 'code', 'keep_signed_in'), answer=_SIGN_IN),
    Operation(method='POST', path=_UP, about='Signs up.', answer=_SIGN_UP,
              body=_fields('email_address', 'password', *_PERSON, 'keep_signed_in', 'ticket')),
    Operation(method='GET', path=f'{_UP}/{{sign_up_id}}', about='How far a sign-up is.', answer=_SIGN_UP),
    Operation(method='PATCH', path=f'{_UP}/{{sign_up_id}}', about='Changes the name.', body=_fields(*_PERSON),
              answer=_SIGN_UP),
    Operation(method='POST', path=f'{_UP}/{{sign_up_id}}/prepare_verification', about='Mails another code.',
              answer=_SIGN_UP),
    Operation(method='POST', path=f'{_UP}/{{sign_up_id}}/attempt_verification', about='The code makes the account.',
              body=_fields('code'), answer=_SIGN_UP),
    Operation(method='GET', path='/me', about='The user.', query=_AS, answer=_USER),
    Operation(method='PATCH', path='/me', about='Changes the name.', query=_AS, body=_fields(*_PERSON), answer=_USER),
    Operation(method='DELETE', path='/me', about='Deletes the account.', query=_AS,
              body=_fields('password', 'confirmation'), answer=_envelope(named('Deleted'))),
    Operation(method='POST', path='/me/personal_data', about='All that is kept of this user.', query=_AS,
              answer=_envelope(named('Open'))),
    Operation(method='POST', path='/me/change_password', about='Changes the password.', query=_AS,
              body=_fields('current_password', 'new_password', 'sign_out_of_other_sessions'),
              answer=_envelope(named('ChangedUser'))),
    Operation(method='GET', path=_ME, about='The devices of this user.', query=_AS, answer=list_of(named('Device'))),
    Operation(method='GET', path=f'{_ME}/active', about='The same.', query=_AS, answer=list_of(named('Device'))),
    Operation(method='POST', path=f'{_ME}/revoke_others', about='Signs out of all other devices.', query=_AS,
              answer=_thing('sessions', revoked=COUNT)),
    Operation(method='PATCH', path=f'{_ME}/{{session_id}}', about='Renames a device.', query=_AS,
              body=_fields('device_name'), answer=_thing('session', id=TEXT, device_name=or_null(TEXT))),
    Operation(method='POST', path=f'{_ME}/{{session_id}}/revoke', about='Signs out of a device.', query=_AS,
              answer=_envelope(named('Device'))),
    Operation(method='POST', path=_NEW_ADDRESS, about='Mails a code to a new address.', query=_AS,
              body=_fields('email_address'), answer=_ADDRESS),
    Operation(method='POST', path=f'{_NEW_ADDRESS}/{{address_id}}/prepare_verification', about='Mails another code.',
              query=_AS, answer=_ADDRESS),
    Operation(method='POST', path=f'{_NEW_ADDRESS}/{{address_id}}/attempt_verification', query=_AS,
              about='The code makes it the address of the account.', body=_fields('code'), answer=_ADDRESS),
    Operation(method='POST', path='/email_addresses/undo', about='Brings back the address before.',
              body=_fields('code'), answer=_thing('email_address_undo', code=TEXT)),
    Operation(method='POST', path='/password_checks', about='Whether a new password is acceptable.',
              body=_fields('password', 'email_address', *_PERSON, 'param'),
              answer=_thing('password_check', acceptable=FLAG)),
    Operation(method='POST', path='/admin/users', about='An administrator makes a user.',
              body=_fields('email_address', 'password', *_PERSON, 'is_admin'),
              answer=_thing('user', id=TEXT, email_address=TEXT)),
    Operation(method='POST', path='/admin/invitations', about='An administrator invites somebody.',
              body=_fields('email_address', 'days'),
              answer=_thing('invitation', id=TEXT, email_address=TEXT, url=TEXT, mailed_to=TEXT, expire_at=MOMENT)),
    Operation(method='POST', path='/admin/users/{user_id}/set_password', body=_fields('password'),
              about='An administrator gives a user another password.',
              answer=_thing('user', id=TEXT, sessions_ended=COUNT)),
    Operation(method='POST', path='/admin/users/{user_id}/give_role', about='An administrator gives a user a role.',
              body=_fields('role'), answer=_thing('user', id=TEXT)),
    Operation(method='GET', path='/live', about='A stream of events.', kind='text/event-stream', answer=TEXT),
    Operation(method='GET', path='/live.js', about='The script that listens to it.', answer=TEXT,
              kind='text/javascript'),
)

REFUSALS = (400, 401, 403, 404, 409, 413, 421, 422, 429, 503)
"""With which every operation may refuse."""
