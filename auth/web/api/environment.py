"""``/v1/environment``: what Clerk's clients have to know of the site before anything else, from our settings.

Their libraries read many fields without asking whether these are there. So what the site does not have is told, too: as
off, or as null. tests/auth/test_environment.py names what the decoders of phones need.
"""

from __future__ import annotations

from typing import Any

from ...credentials.passwords import MAX_LENGTH
from ...settings import Settings
from ..redirects import HOME_PATH, SIGN_IN_PATH
from .endpoint import Answer, Call, Endpoint

Json = dict[str, Any]


class EnvironmentEndpoint:
    """The endpoint of what is the same for everybody.

    :param settings: what the deployment has chosen
    """

    def __init__(self, settings: Settings) -> None:
        self._answer = Answer(environment_json(settings))
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/environment': {'GET': self._get, 'PATCH': self._get},  # with a pk_test_ key, clerk-js asks by PATCH
        }

    async def _get(self, _: Call) -> Answer:
        return self._answer


def environment_json(settings: Settings) -> Json:
    """What the clients are told of the site."""
    return {
        'object': 'environment', 'id': 'env_live_sessions',
        'auth_config': _auth_config(settings),
        'display_config': _display(settings),
        'user_settings': _user_settings(settings),
        'organization_settings': {
            'enabled': False, 'max_allowed_memberships': 0, 'force_organization_selection': False,
            'actions': {'admin_delete': False}, 'slug': {'disabled': True},
            'domains': {'enabled': False, 'enrollment_modes': [], 'default_role': None},
            'organization_creation_defaults': {'enabled': False}},
        'commerce_settings': {'billing': {
            'stripe_publishable_key': None, 'user': {'enabled': False, 'has_paid_plans': False},
            'organization': {'enabled': False, 'has_paid_plans': False}}},
        'api_keys_settings': {'enabled': False, 'user_api_keys_enabled': False, 'orgs_api_keys_enabled': False},
        'protect_config': {'object': 'protect_config', 'id': 'protect_live_sessions', 'loaders': []},
        'client_debug_mode': False, 'maintenance_mode': False, 'partitioned_cookies': False,
    }


def _auth_config(settings: Settings) -> Json:
    return {
        'object': 'auth_config', 'id': 'aconf_live_sessions', 'single_session_mode': settings.single_session_mode,
        'claimed_at': None, 'reverification': True, 'session_minter': False, 'preferred_channels': None,
        'native_settings': {
            'object': 'native_settings', 'api_enabled': True, 'trusted_device_sign_in_enabled': False,
            'trusted_device_enrollment_prompt_after_sign_in_enabled': False,
            'trusted_device_enrollment_prompt_after_sign_up_enabled': False},
    }


def _display(settings: Settings) -> Json:
    home = settings.own_url + HOME_PATH
    sign_in, sign_up = settings.own_url + SIGN_IN_PATH, f'{settings.own_url}/sign-up'
    return {
        'object': 'display_config', 'id': 'display_live_sessions', 'instance_environment_type': 'production',
        'application_name': settings.site_name, 'preferred_sign_in_strategy': 'password',
        'branded': False, 'show_devmode_warning': False, 'theme': {}, 'support_email': '',
        'logo_image_url': '', 'favicon_image_url': '', 'logo_link_url': home,
        'home_url': home, 'sign_in_url': sign_in, 'sign_up_url': sign_up, 'waitlist_url': '',
        'user_profile_url': f'{settings.own_url}/account',
        'after_sign_in_url': home, 'after_sign_up_url': home, 'after_switch_session_url': home,
        'after_sign_out_one_url': f'{sign_in}/choose', 'after_sign_out_all_url': sign_in,
        'after_leave_organization_url': '', 'after_create_organization_url': '', 'after_join_waitlist_url': '',
        'organization_profile_url': '', 'create_organization_url': '',
        'captcha_public_key': None, 'captcha_public_key_invisible': None, 'captcha_widget_type': None,
        'captcha_provider': None, 'captcha_oauth_bypass': [], 'captcha_heartbeat': False,
        'google_one_tap_client_id': None, 'help_url': None, 'privacy_policy_url': None, 'terms_url': None,
    }


def _user_settings(settings: Settings) -> Json:
    by_mail = ['email_code'] if settings.sends_mail else []
    return {
        'attributes': {
            'email_address': _attribute(enabled=True, required=True, used_for_first_factor=True,
                                        first_factors=[], verifications=by_mail,
                                        verify_at_sign_up=settings.sends_mail),
            'password': _attribute(enabled=True, required=True),
            'first_name': _attribute(enabled=True), 'last_name': _attribute(enabled=True),
            **{name: _attribute() for name in ('phone_number', 'username', 'web3_wallet', 'authenticator_app',
                                               'backup_code', 'passkey', 'ticket')}},
        'social': {}, 'saml': {'enabled': False}, 'enterprise_sso': {'enabled': False, 'self_serve_sso': False},
        'actions': {'delete_self': False, 'create_organization': False, 'create_organizations_limit': None},
        'sign_in': {'second_factor': {'required': False, 'enabled': False}},
        'sign_up': {'captcha_enabled': False, 'captcha_widget_type': None, 'custom_action_required': False,
                    'progressive': True, 'mode': 'public' if settings.sign_up == 'open' else 'restricted',
                    'legal_consent_enabled': False, 'allowlist_only': settings.sign_up == 'invited'},
        'password_settings': {
            'min_length': settings.password_min_length, 'max_length': MAX_LENGTH, 'disable_hibp': True,
            'show_zxcvbn': False, 'min_zxcvbn_strength': 0, 'require_special_char': False, 'require_numbers': False,
            'require_lowercase': False, 'require_uppercase': False, 'allowed_special_characters': ''},
        'passkey_settings': {'allow_autofill': False, 'show_sign_in_button': False},
        'username_settings': {'min_length': 4, 'max_length': 64},
    }


def _attribute(*, enabled: bool = False, required: bool = False, used_for_first_factor: bool = False,
               first_factors: list[str] | None = None, verifications: list[str] | None = None,
               verify_at_sign_up: bool = False) -> Json:
    return {'enabled': enabled, 'required': required, 'immutable': False, 'verify_at_sign_up': verify_at_sign_up,
            'used_for_first_factor': used_for_first_factor, 'first_factors': first_factors or [],
            'used_for_second_factor': False, 'second_factors': [], 'verifications': verifications or []}
