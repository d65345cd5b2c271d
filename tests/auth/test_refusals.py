"""Whatever is wrong with several fields is told in one answer."""

from __future__ import annotations

import pytest

from auth.errors import NotSignedIn, ParamInvalid, ParamMissing
from auth.refusals import Refusals
from tests.rules import NEW_PASSWORD, PASSWORD

from .conftest import Api
from .test_api_me import sign_up


@pytest.mark.parametrize(('method', 'path', 'fields', 'told'), [
    ('POST', '/v1/client/sign_ins', {}, {'identifier': 'form_param_missing', 'password': 'form_param_missing'}),
    ('POST', '/v1/client/sign_ins', {'identifier': ' '},
     {'identifier': 'form_param_missing', 'password': 'form_param_missing'}),
    ('POST', '/v1/client/sign_ups', {}, {'email_address': 'form_param_missing', 'password': 'form_param_missing'}),
    ('POST', '/v1/client/sign_ups',
     {'email_address': 'nobody', 'password': 'short', 'first_name': 'x' * 101, 'last_name': 'y' * 101},
     {'email_address': 'form_param_format_invalid', 'password': 'form_password_length_too_short',
      'first_name': 'form_param_format_invalid', 'last_name': 'form_param_format_invalid'}),
    ('POST', '/v1/client/sign_ups', {'email_address': 'nobody', 'password': PASSWORD},
     {'email_address': 'form_param_format_invalid'}),
    ('PATCH', '/v1/me', {'first_name': 'x' * 101, 'last_name': 'y' * 101},
     {'first_name': 'form_param_format_invalid', 'last_name': 'form_param_format_invalid'}),
    ('POST', '/v1/me/change_password', {},
     {'current_password': 'form_param_missing', 'new_password': 'form_param_missing'}),
    ('POST', '/v1/me/change_password', {'new_password': 'x' * 257},
     {'current_password': 'form_param_missing', 'new_password': 'form_password_length_too_long'}),
    ('DELETE', '/v1/me', {}, {'confirmation': 'form_param_format_invalid', 'password': 'form_param_missing'}),
])
async def test_each_field_that_is_wrong_is_named_in_one_answer(
        api: Api, method: str, path: str, fields: dict[str, str], told: dict[str, str]) -> None:
    async with api.browser() as laptop:
        if path.startswith('/v1/me'):
            await sign_up(laptop)
        before = api.rules.everything()
        answer = await laptop.request(method, path, data=fields)

    assert answer.status_code == 422
    errors = answer.json()['errors']
    assert {error['meta']['param_name']: error['code'] for error in errors} == told
    assert len(errors) == len(told)
    assert api.rules.everything() == before


async def test_a_guess_is_not_used_up_by_a_new_password_that_is_none(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        for _ in range(7):
            refused = await laptop.post('/v1/me/change_password',
                                        data={'current_password': 'wrong', 'new_password': 'short'})
            assert refused.status_code == 422
        changed = await laptop.post('/v1/me/change_password',
                                    data={'current_password': PASSWORD, 'new_password': NEW_PASSWORD})

    assert changed.status_code == 200


def test_what_names_no_field_is_told_at_once() -> None:
    refusals = Refusals()
    with refusals.collect():
        raise ParamMissing(param='one')
    with pytest.raises(NotSignedIn), refusals.collect():
        raise NotSignedIn
    with refusals.collect():
        raise ParamInvalid(param='two')

    with pytest.raises(ParamMissing) as refused:
        refusals.check()
    assert [error.param for error in refused.value.also] == ['two']


def test_where_nothing_was_refused_it_goes_on() -> None:
    refusals = Refusals()
    with refusals.collect():
        pass
    refusals.check()
