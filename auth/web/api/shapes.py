"""The shapes of what the Frontend API answers: every field that Clerk's clients read, whichever of them it is.

Phones are strict: an answer that lacks one field, or holds null where they expect a text, fails as a whole. So every
answer is one of these shapes, filled. What stands here is what a field holds where it never varies: we have no
organizations, no phone numbers, no second factor. ``GIVEN`` is filled in ``serializers.py``; one that was forgotten
cannot be written as JSON. Moments are milliseconds since 1970.
"""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

GIVEN: Final[Any] = ...
"""A field that is different in each answer."""

CLIENT: Final[Json] = {
    'object': 'client', 'id': GIVEN, 'sessions': GIVEN, 'sign_in': None, 'sign_up': None,
    'last_active_session_id': GIVEN, 'last_authentication_strategy': None, 'cookie_expires_at': None,
    'captcha_bypass': False, 'created_at': GIVEN, 'updated_at': GIVEN,
}

SESSION: Final[Json] = {
    'object': 'session', 'id': GIVEN, 'client_id': None, 'user_id': None, 'status': GIVEN, 'expire_at': GIVEN,
    'abandon_at': GIVEN, 'last_active_at': GIVEN, 'latest_activity': None, 'last_active_organization_id': None,
    'actor': None, 'tasks': None, 'current_task': None, 'user': None, 'public_user_data': None,
    'factor_verification_age': None, 'last_active_token': None, 'created_at': GIVEN, 'updated_at': GIVEN,
}
"""``abandon_at`` is ``expire_at`` where no inactivity ends it: phones need a moment. ``actor`` stays null, whatever is
to be told there: an object in it makes iOS give up."""

ACTIVITY: Final[Json] = {
    'object': 'session_activity', 'id': GIVEN, 'device_type': GIVEN, 'is_mobile': GIVEN, 'browser_name': GIVEN,
    'browser_version': None, 'ip_address': GIVEN, 'city': None, 'country': None,
}

USER: Final[Json] = {
    'object': 'user', 'id': GIVEN, 'external_id': None, 'username': None, 'first_name': GIVEN, 'last_name': GIVEN,
    'primary_email_address_id': GIVEN, 'primary_phone_number_id': None, 'primary_web3_wallet_id': None,
    'email_addresses': GIVEN, 'phone_numbers': [], 'web3_wallets': [], 'passkeys': [], 'external_accounts': [],
    'saml_accounts': [], 'enterprise_accounts': [], 'organization_memberships': [],
    'image_url': '', 'has_image': False, 'public_metadata': {}, 'unsafe_metadata': {},
    'password_enabled': True, 'two_factor_enabled': False, 'totp_enabled': False, 'backup_code_enabled': False,
    'mfa_enabled_at': None, 'mfa_disabled_at': None, 'delete_self_enabled': False, 'create_organization_enabled': False,
    'create_organizations_limit': None, 'banned': False, 'locked': False, 'lockout_expires_in_seconds': None,
    'verification_attempts_remaining': None, 'legal_accepted_at': None, 'last_sign_in_at': None,
    'last_active_at': None, 'created_at': GIVEN, 'updated_at': GIVEN,
}
"""``delete_self_enabled`` is false: to delete an account takes its password, which Clerk's clients do not send."""

PUBLIC_USER_DATA: Final[Json] = {
    'first_name': GIVEN, 'last_name': GIVEN, 'image_url': '', 'has_image': False, 'identifier': GIVEN,
    'user_id': GIVEN,
}

EMAIL_ADDRESS: Final[Json] = {
    'object': 'email_address', 'id': GIVEN, 'email_address': GIVEN, 'reserved': False, 'verification': GIVEN,
    'linked_to': [], 'matches_sso_connection': False, 'created_at': GIVEN, 'updated_at': GIVEN,
}

VERIFICATION: Final[Json] = {
    'object': 'verification', 'status': GIVEN, 'strategy': GIVEN, 'attempts': None, 'expire_at': None,
}

SIGN_IN: Final[Json] = {
    'object': 'sign_in_attempt', 'id': GIVEN, 'status': GIVEN, 'identifier': GIVEN,
    'supported_identifiers': ['email_address'], 'supported_first_factors': GIVEN, 'supported_second_factors': [],
    'first_factor_verification': None, 'second_factor_verification': None, 'user_data': None,
    'created_session_id': None,
}
"""``user_data`` stays null: it would tell whether somebody has an account."""

SIGN_UP: Final[Json] = {
    'object': 'sign_up_attempt', 'id': GIVEN, 'status': GIVEN, 'required_fields': ['email_address', 'password'],
    'optional_fields': ['first_name', 'last_name'], 'missing_fields': [], 'unverified_fields': [],
    'verifications': GIVEN, 'username': None, 'email_address': GIVEN, 'phone_number': None, 'web3_wallet': None,
    'password_enabled': True, 'first_name': GIVEN, 'last_name': GIVEN, 'public_metadata': {}, 'unsafe_metadata': {},
    'custom_action': False, 'external_id': None, 'created_session_id': None, 'created_user_id': None,
    'abandon_at': GIVEN, 'legal_accepted_at': None,
}

SIGN_UP_VERIFICATIONS: Final[Json] = {
    'email_address': GIVEN, 'phone_number': None, 'web3_wallet': None, 'external_account': None,
}

FACTOR: Final[Json] = {'strategy': GIVEN, 'email_address_id': None, 'phone_number_id': None, 'safe_identifier': None,
                       'primary': None, 'default': None}

SESSION_VERIFICATION: Final[Json] = {
    'object': 'session_verification', 'id': GIVEN, 'status': GIVEN, 'level': 'first_factor', 'session': GIVEN,
    'first_factor_verification': None, 'second_factor_verification': None, 'supported_first_factors': GIVEN,
    'supported_second_factors': [],
}

ERROR: Final[Json] = {'code': GIVEN, 'message': GIVEN, 'long_message': GIVEN, 'meta': GIVEN}
ERRORS: Final[Json] = {'errors': GIVEN, 'clerk_trace_id': GIVEN}

DELETED: Final[Json] = {'object': GIVEN, 'id': GIVEN, 'slug': None, 'deleted': True}
