"""The description of an API for other programs (OpenAPI 3.1), made from the same operations as its routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from .operations import Json, Operation, Parameter, Texts
from .schemas import named


def describe_api(operations: Iterable[Operation], schemas: Mapping[str, Json], *, title: str, about: str,
                 prefix: str, url: str, security: Json, refusals: Iterable[int]) -> Json:
    """Describe an API.

    :param schemas: what the operations call by name
    :param prefix: below which path it is
    :param url: where the site is
    :param security: the scheme by which a request shows what it may
    :param refusals: the statuses with which every operation may refuse
    """
    paths: dict[str, Json] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _described(one, refusals)
    return {
        'openapi': '3.1.0', 'info': {'title': title, 'version': prefix.rpartition('/')[2], 'description': about},
        'servers': [{'url': f'{url}{prefix}'}], 'security': [{'access': []}], 'paths': paths,
        'components': {'securitySchemes': {'access': security}, 'schemas': dict(schemas)},
    }


def _described(one: Operation, refusals: Iterable[int]) -> Json:
    in_path = [{'name': name, 'in': 'path', 'required': True, 'schema': {'type': 'string', 'minLength': 1}}
               for name in re.findall(r'{(\w+)}', one.path)]
    answers = {str(one.status): _answer('All is well.', one.answer, one.kind)}
    for status in sorted({*refusals, *one.errors}):
        answers[str(status)] = _answer(HTTPStatus(status).phrase, named('Errors'))
    described: Json = {'operationId': one.name, 'summary': one.about, 'responses': answers,
                       'parameters': [*in_path, *map(_parameter, one.query)]}
    return described | ({'requestBody': _body(one.body)} if one.body else {})


def _parameter(one: Parameter) -> Json:
    how = {'style': 'form', 'explode': True} if isinstance(one, Texts) else {}
    return {'name': one.name, 'in': 'query', 'required': False, 'description': one.about, 'schema': one.schema(), **how}


def _body(fields: Iterable[Parameter]) -> Json:
    schema: Json = {'type': 'object', 'properties': {one.name: one.schema() for one in fields}}
    return {'required': False, 'content': {kind: {'schema': schema} for kind in (
        'application/x-www-form-urlencoded', 'application/json')}}


def _answer(about: str, schema: Json, kind: str = 'application/json') -> Json:
    return {'description': about} | ({'content': {kind: {'schema': schema}}} if kind else {})
