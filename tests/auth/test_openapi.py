"""The APIs answer as they describe themselves, whatever they are asked that their description allows, and beyond."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import Settings
from auth.rules.actor import by_command_line
from auth.rules.admin import set_disabled
from auth.rules.sessions import sign_out
from auth.web.api import operations as frontend
from auth.web.api.app import described as routes_of
from auth.web.api.document import frontend_document
from auth.web.backend import operations as backend
from auth.web.backend.document import backend_document
from tests.auth.conftest import Api, sign_up
from tests.auth.described import check
from tests.auth.keys import keep_key
from tests.auth.test_cli import Run, run  # noqa: F401 (a fixture)
from tests.running import both_stores, either_store

from .test_backend_api import Backend, site  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from schemathesis.schemas import APIOperation

pytestmark = either_store

bounded = settings(max_examples=10, deadline=None, derandomize=True, database=None,
                   suppress_health_check=[*HealthCheck])

numbers = itertools.count()


@cache
def described(which: str) -> dict[str, APIOperation]:
    """The operations of an API by their names, as a program reads them that knows nothing but the description."""
    import schemathesis  # noqa: PLC0415 - it takes a second, which every worker would wait

    document = frontend_document(Settings()) if which == 'frontend' else backend_document(Settings())
    read = schemathesis.openapi.from_dict(shortened({**document, 'security': []}))
    return {one.definition.raw['operationId']: one for one in (found.ok() for found in read.get_all_operations())}


def shortened(schema: Any) -> Any:
    """A description without its limits of length, at which it takes long to make up requests."""
    if isinstance(schema, list):
        return [shortened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: shortened(value) for name, value in schema.items() if name not in {'maxLength', 'maxItems'}
            or schema.get('maxItems') == 0}


def drawn(data: st.DataObject, operation: APIOperation, there: st.SearchStrategy[dict[str, str]]) -> Any:
    """A request that the description allows, or one that it does not; of what is there, or of anything."""
    from schemathesis.generation import GenerationMode  # noqa: PLC0415

    modes = [*GenerationMode] if operation.query else [GenerationMode.POSITIVE]
    return data.draw(operation.as_strategy(data.draw(st.sampled_from(modes)),
                                           path_parameters=data.draw(there | st.just({}))))


async def answer(http: httpx.AsyncClient, case: Any, below: str = '') -> httpx.Response:
    """Send a request, and hold the answer to the description."""
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415
    from schemathesis.specs.openapi import checks  # noqa: PLC0415

    sent = case.as_transport_kwargs(base_url=f'{str(http.base_url).rstrip("/")}{below}')
    data = sent.get('data')
    given = {'json': sent['json']} if 'json' in sent else {'data' if isinstance(data, dict) else 'content': data}
    answer = await http.request(sent['method'], sent['url'], params=sent.get('params'), headers=dict(sent['headers']),
                                **given)
    case.validate_response(answer, checks=[
        not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
        checks.response_schema_conformance, *([checks.negative_data_rejection] if not case.operation.body else [])])
    return answer


# ---------------------------------------------------------------- the back-end API


@dataclass
class Served:
    """A site with all kinds of people, and their ids."""

    site: Backend
    key: str
    user_id: list[str]
    session_id: list[str]
    client_id: list[str]

    def there(self, path: str) -> st.SearchStrategy[dict[str, str]]:
        """Ids that are there, for the path of an operation."""
        return st.fixed_dictionaries({
            name: st.sampled_from(getattr(self, name)) for name in ('user_id', 'session_id', 'client_id')
            if f'{{{name}}}' in path})


@pytest.fixture
async def served(site: Backend) -> Served:  # noqa: F811
    rules = site.rules
    await keep_key(rules)
    ann = await rules.sign_up(first_name='Ann')
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    out = await rules.sign_up('out@example.com')
    await rules.auth.run(sign_out, await rules.here(out.token))
    disabled = await rules.sign_up('disabled@example.com')
    await rules.auth.run(set_disabled, by_command_line, disabled.user_id, True)
    for number, status in enumerate(('pending', 'expired', 'sleeping')):
        strange = await rules.sign_up(f'strange{number}@example.com')
        rules.sql('UPDATE session SET status = ?, abandon_at = NULL WHERE id = ?', status, strange.session_id)
    rules.sql('UPDATE user SET address_confirmed_at = created_at WHERE id = ?', bob.user_id)
    rules.sql("INSERT INTO attempts (act, kind, who, drained_at, in_a_row) VALUES ('sign_in', 'account', ?, 0, 100)",
              bob.user_id)

    def ids(table: str) -> list[str]:
        return [row[0] for row in rules.sql(f'SELECT id FROM {table} ORDER BY id')]

    return Served(site, await site.key(), ids('user'), ids('session'), ids('client'))


@bounded
@given(data=st.data())
@pytest.mark.parametrize('name', [one.name for one in backend.OPERATIONS])
@both_stores
async def test_servers_are_answered_as_the_description_says(served: Served, name: str, data: st.DataObject) -> None:
    operation = described('backend')[name]
    case = drawn(data, operation, served.there(operation.path))

    async with served.site.asking(served.key) as http:
        await answer(http, case)


async def test_each_request_of_a_server_can_be_all_right(served: Served, subtests: pytest.Subtests) -> None:
    async with served.site.asking(served.key) as http:
        for name, operation in described('backend').items():
            parts = [part for part in ('user_id', 'session_id', 'client_id') if f'{{{part}}}' in operation.path]
            for id in getattr(served, parts[0]) if parts else ['']:
                with subtests.test(name=name, id=id):
                    case = operation.Case(path_parameters=dict.fromkeys(parts, id))
                    assert (await answer(http, case)).status_code == 200


# ---------------------------------------------------------------- the Frontend API

STREAMED = {'get_live', 'get_live_js'}
"""What is answered with something else than JSON; tests/auth/test_live_streams.py asks for it."""


@settings(bounded, max_examples=100)
@given(data=st.data(), person=st.sampled_from(['nobody', 'somebody', 'an administrator']),
       name=st.sampled_from(sorted({one.name for one in frontend.OPERATIONS} - STREAMED)))
async def test_people_are_answered_as_the_description_says(api: Api, data: st.DataObject, person: str, name: str
                                                           ) -> None:
    operation = described('frontend')[name]
    async with api.browser(origin='http://localhost') as http:
        ids = {'session_id': 'sess_x', 'user_id': 'user_x', 'sign_in_id': 'sia_x', 'sign_up_id': 'sua_x',
               'address_id': 'idn_x'}
        if person != 'nobody':
            up = await sign_up(http, f'person{next(numbers)}@example.com')
            session = up.json()['client']['sessions'][0]
            ids |= {'session_id': session['id'], 'user_id': session['user']['id'],
                    'sign_in_id': session['id'].replace('sess', 'sia'), 'sign_up_id': up.json()['response']['id']}
            api.rules.sql('UPDATE user SET is_admin = ? WHERE id = ?', person != 'somebody', ids['user_id'])
        there = {part: id for part, id in ids.items() if f'{{{part}}}' in operation.path}
        await answer(http, drawn(data, operation, st.just(there)), '/v1')


# ---------------------------------------------------------------- the documents


@pytest.mark.parametrize(('which', 'operations'), [('frontend', frontend), ('backend', backend)])
def test_a_document_describes_every_operation_and_uses_every_shape(run: Run, which: str, operations: Any) -> None:  # noqa: F811
    printed = run('openapi', which)
    document = printed.json
    shapes = {f'#/components/schemas/{name}' for name in document['components']['schemas']}

    assert printed.code == 0
    assert {*described(which)} == {one.name for one in operations.OPERATIONS}
    assert {*re.findall(r'#/components/schemas/\w+', printed.out)} == shapes


def test_a_document_names_the_site_and_where_its_apis_are() -> None:
    settings = Settings(public_url='https://example.com', api_prefix='/auth/v1', backend_api_prefix='/servers/v1')

    assert [document['servers'] for document in (frontend_document(settings), backend_document(settings))] == [
        [{'url': 'https://example.com/auth/v1'}], [{'url': 'https://example.com/servers/v1'}]]
    assert frontend_document(settings)['components']['securitySchemes']['access']['name'] == '__Host-client'


def test_an_endpoint_that_is_not_described_and_a_description_without_endpoint_are_refused() -> None:
    async def endpoint(call: Any) -> Any:
        raise AssertionError

    whole = {f'/v1{one.path}': {} for one in frontend.OPERATIONS}
    for one in frontend.OPERATIONS:
        whole[f'/v1{one.path}'][one.method] = endpoint

    assert routes_of(whole) == whole
    with pytest.raises(LookupError, match='does not describe'):
        routes_of({**whole, '/v1/new': {'GET': endpoint}})
    with pytest.raises(LookupError):
        routes_of({path: methods for path, methods in whole.items() if path != '/v1/client'})


async def test_an_answer_that_is_not_as_described_fails_the_test_that_asked_for_it() -> None:
    for body in ({'response': {'object': 'client'}, 'client': None}, {'response': None, 'client': None, 'more': 1}):
        asked = httpx.Request('GET', 'http://localhost/v1/client')
        with pytest.raises(AssertionError, match='is not as described'):
            await check(httpx.Response(200, json=body, request=asked))
