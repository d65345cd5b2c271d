"""The back-end API answers as it describes itself, whatever it is asked that its description allows, and beyond."""

from __future__ import annotations

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
from auth.web.backend import operations as backend
from auth.web.backend.document import backend_document
from tests.auth.keys import keep_key
from tests.running import either_store

from .test_backend_api import Backend, site  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from schemathesis.schemas import APIOperation

pytestmark = either_store

bounded = settings(max_examples=20, deadline=None, derandomize=True, database=None,
                   suppress_health_check=[*HealthCheck])


@cache
def described() -> dict[str, APIOperation]:
    """The operations of the API by their names, as a program reads them that knows nothing but the description."""
    import schemathesis  # noqa: PLC0415 - it takes a second, which every worker would wait

    read = schemathesis.openapi.from_dict(shortened({**backend_document(Settings()), 'security': []}))
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


async def answer(http: httpx.AsyncClient, case: Any) -> httpx.Response:
    """Send a request, and hold the answer to the description."""
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415
    from schemathesis.specs.openapi import checks  # noqa: PLC0415

    sent = case.as_transport_kwargs(base_url=str(http.base_url).rstrip('/'))
    data = sent.get('data')
    given = {'json': sent['json']} if 'json' in sent else {'data' if isinstance(data, dict) else 'content': data}
    answer = await http.request(sent['method'], sent['url'], params=sent.get('params'), headers=dict(sent['headers']),
                                **given)
    case.validate_response(answer, checks=[
        not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
        checks.response_schema_conformance, *([checks.negative_data_rejection] if not case.operation.body else [])])
    return answer


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
async def test_servers_are_answered_as_the_description_says(served: Served, name: str, data: st.DataObject) -> None:
    operation = described()[name]
    case = drawn(data, operation, served.there(operation.path))

    async with served.site.asking(served.key) as http:
        await answer(http, case)


async def test_each_request_of_a_server_can_be_all_right(served: Served, subtests: pytest.Subtests) -> None:
    async with served.site.asking(served.key) as http:
        for name, operation in described().items():
            parts = [part for part in ('user_id', 'session_id', 'client_id') if f'{{{part}}}' in operation.path]
            for id in getattr(served, parts[0]) if parts else ['']:
                with subtests.test(name=name, id=id):
                    case = operation.Case(path_parameters=dict.fromkeys(parts, id))
                    assert (await answer(http, case)).status_code == 200
