"""What servers can ask, and what they are answered: the back-end API's routes and its description are made of it."""

from __future__ import annotations

from models import SessionStatus

from ...rules.servers import ORDERS
from ..operations import Number, Operation, Parameter, Texts, YesNo
from ..schemas import (
    COUNT,
    ERRORS,
    FLAG,
    MOMENT,
    NO_MORE,
    NONE,
    NULL,
    TEXT,
    Json,
    const,
    id_of,
    list_of,
    named,
    one_of,
    or_null,
    record,
)

MOST_ROWS = 500
"""How many rows one request lists, as with Clerk."""

MOST_SKIPPED = 1_000_000
"""How many may be skipped: each one is counted off."""

_PAGE = (Number('limit', 'How many at most.', 10, least=1, most=MOST_ROWS),
         Number('offset', 'How many to skip.', 0, most=MOST_SKIPPED))

_USERS = (
    Texts('email_address', 'Those who have one of these addresses.'),
    Texts('user_id', 'Those with one of these ids.'),
    Parameter('query', 'Those whose address or name holds these words, or whose id begins with one.'),
    YesNo('banned', 'Those whom an administrator has disabled, or the others.'),
    *(Texts(name, 'Nobody has one here, so nobody is listed.') for name in (
        'phone_number', 'username', 'external_id', 'web3_wallet', 'organization_id')),
)
NOBODY_HAS = tuple(one.name for one in _USERS[4:])
"""What is asked for by these names finds nobody; to ignore it would list everybody."""

_ORDERS = [f'{sign}{name}' for name in ORDERS for sign in ('', '+', '-')]

SCHEMAS: dict[str, Json] = {
    'Errors': ERRORS,
    'KeySet': record(keys=list_of(record(use=const('sig'), kty=const('RSA'), kid=TEXT, alg=const('RS256'), n=TEXT,
                                         e=TEXT))),
    'TotalCount': record(object=const('total_count'), total_count=COUNT),
    'Activity': record(object=const('session_activity'), id=TEXT, device_type=TEXT, is_mobile=FLAG, browser_name=TEXT,
                       browser_version=NULL, ip_address=TEXT, city=NULL, country=NULL),
    'Session': record(
        object=const('session'), id=id_of('sess'), user_id=id_of('user'), client_id=id_of('client'),
        status=one_of(*SessionStatus), last_active_at=MOMENT, expire_at=MOMENT, abandon_at=MOMENT, updated_at=MOMENT,
        created_at=MOMENT, actor=NULL, last_active_organization_id=NULL, latest_activity=named('Activity'),
        tasks=or_null(list_of(record(key=TEXT)))),
    'Sessions': record(data=list_of(named('Session')), total_count=COUNT),
    'Client': record(
        object=const('client'), id=id_of('client'), session_ids=list_of(TEXT), sessions=list_of(named('Session')),
        sign_in_id=NULL, sign_up_id=NULL, last_active_session_id=or_null(TEXT), last_authentication_strategy=NULL,
        created_at=MOMENT, updated_at=MOMENT),
    'EmailAddress': record(
        object=const('email_address'), id=id_of('idn'), email_address=TEXT, reserved=const(False),
        verification=record(object=const('verification_otp'), status=one_of('verified', 'unverified'),
                            strategy=const('email_code'), attempts=NULL, expire_at=NULL),
        linked_to=NONE, matches_sso_connection=const(False), created_at=MOMENT, updated_at=MOMENT),
    'User': record(
        object=const('user'), id=id_of('user'), external_id=NULL, primary_email_address_id=id_of('idn'),
        primary_phone_number_id=NULL, primary_web3_wallet_id=NULL, username=NULL, first_name=or_null(TEXT),
        last_name=or_null(TEXT), has_image=const(False), image_url=TEXT, public_metadata=NO_MORE,
        private_metadata=NO_MORE, unsafe_metadata=NO_MORE, email_addresses=list_of(named('EmailAddress')),
        phone_numbers=NONE, web3_wallets=NONE, passkeys=NONE, external_accounts=NONE, saml_accounts=NONE,
        enterprise_accounts=NONE, organization_memberships=NONE, password_enabled=FLAG, two_factor_enabled=FLAG,
        totp_enabled=FLAG, backup_code_enabled=FLAG, mfa_enabled_at=NULL, mfa_disabled_at=NULL,
        last_sign_in_at=or_null(MOMENT),
        last_active_at=or_null(MOMENT), banned=FLAG, locked=FLAG, lockout_expires_in_seconds=NULL,
        verification_attempts_remaining=NULL, create_organizations_limit=NULL, delete_self_enabled=FLAG,
        create_organization_enabled=FLAG, legal_accepted_at=NULL, created_at=MOMENT, updated_at=MOMENT),
}

OPERATIONS: tuple[Operation, ...] = (
    Operation(name='get_key_set', method='GET', path='/jwks', about='The public keys of session tokens.',
              answer=named('KeySet')),
    Operation(name='list_users', method='GET', path='/users', about='Lists users.', answer=list_of(named('User')),
              query=(*_PAGE, *_USERS, Parameter('order_by', 'By what, downwards with a "-" before it.', '-created_at',
                                                _ORDERS))),
    Operation(name='count_users', method='GET', path='/users/count', about='Counts users.', query=_USERS,
              answer=named('TotalCount')),
    Operation(name='get_user', method='GET', path='/users/{user_id}', about='Tells of a user.', errors=(404,),
              answer=named('User')),
    Operation(name='list_sessions', method='GET', path='/sessions', about='Lists sessions, the newest first.',
              query=(*_PAGE, Parameter('user_id', 'Those of this user.'),
                     Parameter('client_id', 'Those of this client.'),
                     Parameter('status', 'Those with this status.', None, [*SessionStatus]),
                     YesNo('paginated', 'Whether to tell how many there are.', False)),
              answer={'anyOf': [list_of(named('Session')), named('Sessions')]}),
    Operation(name='get_session', method='GET', path='/sessions/{session_id}', errors=(404,),
              about='Tells of a session what is true now, whatever a token says.', answer=named('Session')),
    Operation(name='revoke_session', method='POST', path='/sessions/{session_id}/revoke', errors=(404,),
              about='Ends a session; every tab sees it at once. One that has ended stays as it is.',
              answer=named('Session')),
    Operation(name='get_client', method='GET', path='/clients/{client_id}', errors=(404,),
              about='Tells of a client and its sessions that have not ended.', answer=named('Client')),
)

REFUSALS = (401, 404, 421, 422, 429, 503)
"""With which every operation may refuse: 404 is what an API answers that is off."""
