"""Short words for JSON Schema, in which answers are described. What is described is complete: nothing else is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

TEXT: Json = {'type': 'string'}
FLAG: Json = {'type': 'boolean'}
COUNT: Json = {'type': 'integer', 'minimum': 0}
MOMENT: Json = {'type': 'integer', 'description': 'Milliseconds since 1970.'}
NULL: Json = {'type': 'null'}
NO_MORE: Json = {'type': 'object', 'additionalProperties': False}
"""An object that is always empty."""
NONE: Json = {'type': 'array', 'maxItems': 0}
"""A list that is always empty."""


def named(name: str) -> Json:
    """A schema that is described once, by its name."""
    return {'$ref': f'#/components/schemas/{name}'}


def const(value: Any) -> Json:
    """What is always the same."""
    return {'const': value}


def one_of(*values: str) -> Json:
    """One of these texts."""
    return {'type': 'string', 'enum': list(values)}


def id_of(prefix: str) -> Json:
    """The id of something."""
    return {'type': 'string', 'pattern': f'^{prefix}_[A-Za-z0-9]+$'}


def or_null(schema: Json) -> Json:
    """This, or null."""
    return {'anyOf': [schema, NULL]}


def list_of(schema: Json) -> Json:
    """A list of these."""
    return {'type': 'array', 'items': schema}


def record(**fields: Json) -> Json:
    """An object that has all of these fields, and no other."""
    return {'type': 'object', 'properties': fields, 'required': list(fields), 'additionalProperties': False}


def filled(shape: Mapping[str, Any], **fields: Json) -> Json:
    """A shape of the Frontend API, whose fields that vary are described here; the others are what stands in it."""
    return record(**({name: _constant(value) for name, value in shape.items() if name not in fields} | fields))


def with_perhaps(schema: Json, **fields: Json) -> Json:
    """The same, with fields that are not always there."""
    return schema | {'properties': schema['properties'] | fields}


def _constant(value: Any) -> Json:
    if value is ...:
        raise ValueError('a field that varies has to be described')
    if value in ([], {}):
        return NONE if value == [] else NO_MORE
    return NULL if value is None else const(value)


ERRORS = record(
    errors=list_of(record(code=TEXT, message=TEXT, long_message=TEXT, meta={'type': 'object'})), clerk_trace_id=TEXT)
