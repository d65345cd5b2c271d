"""What an API can be asked, as data: its paths, what each takes and what it answers.

Both come from it: the routes that a request is looked for in, and the description that other programs read
(``auth.web.openapi``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from ..errors import AuthError, ParamInvalid
from ..language import N_

Json = dict[str, Any]

MOST_VALUES = 100
"""How often a parameter may be given that may be given more than once."""

MOST_CHARACTERS = 1000
"""Of one value; nothing that is looked for is longer."""


class ParamUnknown(AuthError):
    """A parameter that the operation does not have. To ignore it could answer with everybody in place of a few."""

    code: ClassVar[str] = 'form_param_unknown'


@dataclass(frozen=True, slots=True)
class Parameter:
    """A text that a query or a form may hold under a name."""

    name: str
    about: str
    default: Any = None
    """What is read where it is not given."""
    values: Collection[str] | None = None
    """The only texts that it may be; None is any."""

    def read(self, given: list[str]) -> Any:
        """Read what was given, at least once.

        :raises ParamInvalid: if it can't be that
        """
        if len(given) > 1:
            raise ParamInvalid(N_('"{name}" was sent twice. Send it once.', name=self.name), param=self.name)
        return self._value(given[0])

    def schema(self) -> Json:
        """What it may be, as a JSON Schema."""
        limits: Json = {'maxLength': MOST_CHARACTERS} if self.values is None else {'enum': list(self.values)}
        return {'type': 'string', **limits, **({} if self.default is None else {'default': self.default})}

    def _value(self, text: str) -> Any:
        if '\x00' in text or len(text) > MOST_CHARACTERS or (self.values is not None and text not in self.values):
            raise self._refusal()
        return text

    def _refusal(self) -> ParamInvalid:
        if self.values is not None:
            return ParamInvalid(N_('"{name}" must be one of: {words}.', name=self.name, words=', '.join(self.values)),
                                param=self.name)
        return ParamInvalid(N_('"{name}" must be a text of {count} characters at most.', name=self.name,
                               count=MOST_CHARACTERS), param=self.name)


@dataclass(frozen=True, slots=True)
class Texts(Parameter):
    """The same, given as often as there are values."""

    def read(self, given: list[str]) -> list[str]:
        """Read all of them."""
        if len(given) > MOST_VALUES:
            raise ParamInvalid(N_('"{name}" may be sent {count} times at most.', name=self.name, count=MOST_VALUES),
                               param=self.name)
        return [self._value(text) for text in given]

    def schema(self) -> Json:
        """A list of texts."""
        return {'type': 'array', 'items': {'type': 'string', 'maxLength': MOST_CHARACTERS}, 'maxItems': MOST_VALUES}


@dataclass(frozen=True, slots=True)
class Number(Parameter):
    """A whole number."""

    least: int = 0
    most: int = 0

    def schema(self) -> Json:
        """A whole number between two others."""
        return {'type': 'integer', 'minimum': self.least, 'maximum': self.most,
                **({} if self.default is None else {'default': self.default})}

    def _value(self, text: str) -> int:
        is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(self.most))
        if not is_number or not self.least <= int(text) <= self.most:
            raise ParamInvalid(N_('"{name}" must be a whole number from {least} to {most}.', name=self.name,
                                  least=self.least, most=self.most), param=self.name)
        return int(text)


@dataclass(frozen=True, slots=True)
class YesNo(Parameter):
    """Yes or no, as programs write it."""

    def schema(self) -> Json:
        """True or false."""
        return {'type': 'boolean', **({} if self.default is None else {'default': self.default})}

    def _value(self, text: str) -> bool:
        if text.lower() not in {'true', 'false'}:
            raise ParamInvalid(N_('"{name}" must be true or false.', name=self.name), param=self.name)
        return text.lower() == 'true'


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that an API can be asked."""

    method: str
    path: str
    """Below the prefix of the API."""
    about: str
    name: str = ''
    """By default that of the method and the path."""
    query: tuple[Parameter, ...] = ()
    body: tuple[Parameter, ...] = ()
    """The fields of a form, or of an object in JSON."""
    kind: str = 'application/json'
    """Of the answer; empty if it has no body."""
    status: int = 200
    """Where all is well."""
    answer: Json = field(default_factory=dict[str, Any])
    """What it answers where all is well, as a JSON Schema."""
    errors: tuple[int, ...] = ()
    """Statuses of refusals, beside those that every operation may answer with."""

    def __post_init__(self) -> None:
        """Give it a name."""
        if not self.name:
            words = re.sub(r'\W+', '_', f'{self.method.lower()} {self.path}').strip('_')
            object.__setattr__(self, 'name', words)

    def read_query(self, query: bytes) -> Mapping[str, Any]:
        """Read the query of a request; a parameter that it does not hold has its default.

        :raises ParamInvalid: if one can't be what was given; or ``ParamUnknown``
        """
        given: dict[str, list[str]] = {}
        for name, value in _pairs(query):
            given.setdefault(name, []).append(value)
        known = {one.name: one for one in self.query}
        for name in given:
            if name not in known:
                shown = name[:40].replace('\x00', '')
                raise ParamUnknown(N_('"{name}" is no parameter of this request. Leave it out.', name=shown),
                                   param=shown)
        return {name: one.read(given[name]) if name in given else one.default for name, one in known.items()}


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query.decode(), keep_blank_values=True, max_num_fields=10 * MOST_VALUES, errors='strict')
    except ValueError as error:
        raise ParamInvalid(N_('What follows the "?" in the address is no query.')) from error
