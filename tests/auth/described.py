"""Holds what the Frontend API answers to its description, in every test that asks it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx
import jsonschema_rs

from auth import Settings
from auth.web.api.document import frontend_document


async def check(answer: httpx.Response) -> None:
    """Refuse an answer that is not as it is described; what is no JSON is none of this.

    :raises AssertionError: saying what is wrong
    """
    if answer.headers.get('content-type') != 'application/json' or answer.request.method == 'HEAD':
        return
    asked = parse_qs(answer.request.url.query.decode('latin-1')).get('_method', [answer.request.method])[0]
    method = asked.upper() if answer.request.method == 'POST' else answer.request.method
    name = _operation_at(method, answer.request.url.path.rstrip('/'))
    if name is None or answer.status_code == 500:
        return
    await answer.aread()
    wrong = [f'{error.instance_path}: {error.message}' for error in _validator(name, answer.status_code).iter_errors(
        answer.json())]
    assert not wrong, f'{method} {answer.request.url.path} {answer.status_code} is not as described: {wrong}'


@cache
def _document() -> Any:
    return frontend_document(Settings())


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """A fixed path counts before one with a parameter."""
    paths = sorted(_document()['paths'].items(), key=lambda one: '{' in one[0])
    return [(re.compile('/v1' + re.sub(r'{\w+}', '[^/]+', path)),
             {method: told['operationId'] for method, told in methods.items()}) for path, methods in paths]


def _operation_at(method: str, path: str) -> str | None:
    methods = next((methods for pattern, methods in _paths() if pattern.fullmatch(path)), {})
    return methods.get(method.lower())


@cache
def _validator(name: str, status: int) -> Any:
    document = _document()
    told = next(one for methods in document['paths'].values() for one in methods.values() if one['operationId'] == name)
    assert str(status) in told['responses'], f'{name} is not described to answer {status}'
    schema = told['responses'][str(status)]['content']['application/json']['schema']
    return jsonschema_rs.validator_for({**schema, 'components': document['components']})
