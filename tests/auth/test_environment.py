"""What Clerk's clients are told of the site before anything else."""

from __future__ import annotations

from typing import Any

import pytest

from auth import Settings
from auth.web.api.environment import environment_json
from tests.auth.conftest import Api
from tests.running import either_store

NEEDED = {
    'auth_config': 'single_session_mode:bool',
    'display_config': 'instance_environment_type:str application_name:str preferred_sign_in_strategy:str branded:bool '
                      'logo_image_url:str home_url:str show_devmode_warning:bool support_email:str',
    'user_settings': 'attributes:dict sign_up:dict social:dict actions:dict passkey_settings:dict sign_in:dict '
                     'password_settings:dict username_settings:dict',
    'user_settings.sign_up': 'custom_action_required:bool progressive:bool mode:str legal_consent_enabled:bool',
    'user_settings.actions': 'delete_self:bool create_organization:bool',
    'user_settings.passkey_settings': 'allow_autofill:bool show_sign_in_button:bool',
    'user_settings.sign_in.second_factor': 'required:bool enabled:bool',
    **{f'user_settings.attributes.{name}':
       'enabled:bool required:bool used_for_first_factor:bool used_for_second_factor:bool verify_at_sign_up:bool '
       'first_factors:list second_factors:list verifications:list'
       for name in ('email_address', 'password', 'first_name', 'last_name', 'phone_number', 'username')},
    'organization_settings': 'enabled:bool max_allowed_memberships:int',
    'organization_settings.domains': 'enabled:bool enrollment_modes:list',
    'commerce_settings.billing.user': 'enabled:bool has_paid_plans:bool',
}
"""What clerk-ios 1.4.1, clerk-android 1.1.3 and clerk-js 6.40.0 do not do without, and of which kind."""

MAY_BE_NULL = ('privacy_policy_url', 'terms_url', 'google_one_tap_client_id')
"""What clerk-android has to find all the same."""


def at(found: Any, path: str) -> Any:
    for name in path.split('.'):
        found = found[name]
    return found


@pytest.mark.parametrize('path', NEEDED)
def test_there_is_what_the_clients_do_not_do_without(path: str) -> None:
    section = at(environment_json(Settings()), path)

    for name, kind in (one.split(':') for one in NEEDED[path].split()):
        assert type(section[name]).__name__ == kind, name


def test_what_is_null_is_there_too() -> None:
    assert {environment_json(Settings())['display_config'][name] for name in MAY_BE_NULL} == {None}


@either_store
async def test_anybody_may_ask_for_it_in_both_ways_and_it_has_no_envelope(api: Api) -> None:
    async with api.browser() as visitor:
        answer = await visitor.get('/v1/environment?__clerk_api_version=2026-05-12')
        touched = await visitor.post('/v1/environment?_method=PATCH')

    assert answer.status_code == touched.status_code == 200
    assert answer.json() == touched.json() == environment_json(api.rules.auth.settings)
    assert 'set-cookie' not in answer.headers


@pytest.mark.parametrize(('settings', 'path', 'told'), [
    ({}, 'auth_config.single_session_mode', False),
    ({'single_session_mode': True}, 'auth_config.single_session_mode', True),
    ({}, 'user_settings.sign_up.mode', 'public'),
    ({'sign_up': 'invited'}, 'user_settings.sign_up.mode', 'restricted'),
    ({'sign_up': 'closed'}, 'user_settings.sign_up.mode', 'restricted'),
    ({}, 'user_settings.attributes.email_address.verify_at_sign_up', False),
    ({'mail_outbox': 'outbox'}, 'user_settings.attributes.email_address.verify_at_sign_up', True),
    ({'mail_outbox': 'outbox'}, 'user_settings.attributes.email_address.verifications', ['email_code']),
    ({'password_min_length': 15}, 'user_settings.password_settings.min_length', 15),
    ({'site_name': 'Acme'}, 'display_config.application_name', 'Acme'),
    ({'public_url': 'https://auth.example.com'}, 'display_config.sign_in_url', 'https://auth.example.com/sign-in'),
    ({'public_url': 'https://example.com', 'root_path': '/tools'}, 'display_config.home_url',
     'https://example.com/tools/'),
])
def test_it_follows_the_settings(settings: dict[str, Any], path: str, told: Any) -> None:
    assert at(environment_json(Settings(**settings)), path) == told
