"""A list as one parameter of a statement: however long it is, the statement stays the same, and no limit is met."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, TypeDecorator, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


def one_of(column: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    """Tell whether a column holds one of many texts.

    :param parameter: the name of the parameter whose value is the collection of texts
    """
    return _OneOf(column, bindparam(parameter, type_=_Texts))


class _Texts(TypeDecorator[Collection[str]]):
    """An array; JSON on SQLite, which has none."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == 'sqlite' else ARRAY(String))

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> str | list[str]:
        texts = list(value or ())
        return json.dumps(texts) if dialect.name == 'sqlite' else texts


class _OneOf(FunctionElement[bool]):
    """Without a type: SQLite has no booleans, so one would be compared with 1, and not be looked up by an index."""

    inherit_cache = True


@compiles(_OneOf, 'sqlite')
def _on_sqlite(one: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in one.clauses)
    return f'{column} IN (SELECT value FROM json_each({texts}))'  # noqa: S608 (it is bound)


@compiles(_OneOf)
def _elsewhere(one: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in one.clauses)
    return f'{column} = ANY({texts})'
