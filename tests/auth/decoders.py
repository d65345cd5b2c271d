"""What the decoders of phones accept: an answer that lacks a field they need fails as a whole.

``phone_fields.json`` has their resources and fields, as their sources name them: ``needed`` is there and not null,
``nullable`` is there, ``optional`` may be left out; what is there has to be of its kind. A kind is a word of ``KINDS``,
``@Resource``, ``[kind]`` for a list, ``{kind}`` for an object with any keys, and ends with ``?`` where null will do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Fields = Mapping[str, Mapping[str, Mapping[str, str]]]
DECODERS: Mapping[str, Fields] = json.loads(Path(__file__).with_name('phone_fields.json').read_text('utf-8'))
KINDS: Mapping[str, tuple[type, ...]] = {'str': (str,), 'int': (int, float), 'bool': (bool,), 'json': (object,)}


def crashes(answer: Any, kind: str) -> list[str]:
    """What each decoder cannot read in an answer of this kind; nothing if all is well."""
    return [f'{phone} {fault}' for phone, fields in DECODERS.items() for fault in _faults(answer, kind, fields, '')]


def crashes_in_envelope(answer: Any, kind: str) -> list[str]:
    """The same of an answer in its envelope, with the client beside it."""
    return [*crashes(answer['response'], kind), *crashes(answer['client'], '@Client?')]


def _faults(value: Any, kind: str, fields: Fields, at: str) -> Iterator[str]:
    if value is None:
        if not kind.endswith('?'):
            yield f'{at}: null'
        return
    kind = kind.removesuffix('?')
    if kind.startswith('@'):
        yield from _faults_of_resource(value, kind[1:], fields, at)
    elif kind.startswith('['):
        if not isinstance(value, list):
            yield f'{at}: no list'
            return
        for number, one in enumerate(value):
            yield from _faults(one, kind[1:-1], fields, f'{at}[{number}]')
    elif kind.startswith('{'):
        if not isinstance(value, dict):
            yield f'{at}: no object'
            return
        for name, one in value.items():
            yield from _faults(one, kind[1:-1], fields, f'{at}.{name}')
    elif not isinstance(value, KINDS[kind]) or (kind == 'int' and isinstance(value, bool)):
        yield f'{at}: no {kind}'


def _faults_of_resource(value: Any, resource: str, fields: Fields, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f'{at}: no {resource}'
        return
    for need, kinds in fields[resource].items():
        for name, kind in kinds.items():
            if name not in value:
                if need != 'optional':
                    yield f'{at}.{name}: not there'
            else:
                yield from _faults(value[name], kind if need == 'needed' else f'{kind}?', fields, f'{at}.{name}')
