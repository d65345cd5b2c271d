"""A list as one parameter of a statement: however long it is, the statement stays the same, and no limit is met."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, TypeDecorator, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def one_of(column: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    """Tell whether a column holds one of many texts.

    :param parameter: the name of the parameter whose value is the collection of texts
    """
    return column.op('IN', is_comparison=True, return_type=Boolean())(_Each(bindparam(parameter, type_=_Json)))


class _Json(TypeDecorator[Collection[str]]):
    impl = String
    cache_ok = True

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> str:
        return json.dumps(list(value or ()))


class _Each(FunctionElement[str]):
    inherit_cache = True


@compiles(_Each, 'sqlite')
def _on_sqlite(each: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f'(SELECT value FROM json_each({compiler.process(each.clauses, **options)}))'  # noqa: S608 (it is bound)


@compiles(_Each)
def _elsewhere(each: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f'(SELECT json_array_elements_text(CAST({compiler.process(each.clauses, **options)} AS json)))'
