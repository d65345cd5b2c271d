"""Which parameters a page may have.

NiceGUI builds these pages as sub pages, for which FastAPI does not run ``Depends``, ``Header``, ``Query`` and the like.
A page that has one is refused at the start: its author may rely on it to keep somebody out.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Collection
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from nicegui.page_arguments import PageArguments

from ..access import PageBuilder, PageRefused, name_of

_SIMPLE: dict[Any, Any] = {kind: kind for kind in (str, int, float, inspect.Parameter.empty)} | {
    Any: inspect.Parameter.empty}
_WRITTEN = {kind.__name__: kind for kind in (str, int, float, PageArguments)}
"""Their names, for pages whose annotations can't be evaluated."""

_INSTEAD = ('A page is given what its path and its query say, as str, int or float, and PageArguments. Call what else '
            'it needs within the page, or serve a route of your own below open_paths.')


def signature_of(builder: PageBuilder, path: str, in_path: Collection[str],
                 given: Collection[str] = ()) -> inspect.Signature:
    """Return what NiceGUI gives a page, with types that NiceGUI understands.

    It would convert no value whose annotation is a string, as ``from __future__ import annotations`` makes all of them,
    or is like ``int | None``.

    :param in_path: the names of the parameters in its path
    :param given: the names of those that somebody else fills in
    :raises PageRefused: if it asks for anything else
    """
    function = inspect.unwrap(builder)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise PageRefused(f'The page "{name_of(builder)}" at {path} yields, so that it would never be built: '
                          'write it without yield.')
    try:
        written = inspect.signature(builder, eval_str=True)
    except Exception:  # raised by an annotation, such as one that only type checkers see
        written = inspect.signature(builder)
    parameters: list[inspect.Parameter] = []
    for name, parameter in written.parameters.items():
        if name in given or name in _filled_in(builder):
            continue
        annotation = _understood(parameter.annotation)
        if why := _why_not(parameter, annotation, in_path):
            raise PageRefused(f'The page "{name_of(builder)}" at {path} cannot have its parameter "{name}": {why}. '
                              f'{_INSTEAD}')
        parameters.append(parameter.replace(annotation=annotation))
    return inspect.Signature(parameters)


def _why_not(parameter: inspect.Parameter, annotation: Any, in_path: Collection[str]) -> str:
    """Why a parameter can't be filled in, or only wrongly; an empty string if it can."""
    default = parameter.default
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        return 'nothing is given to a page but by name (a decorator needs functools.wraps)'
    if annotation is PageArguments:
        return ''
    if annotation is None:
        return f'{_in_words(parameter.annotation)} is not honoured in a page'
    if isinstance(default, bool):
        return 'it would be a text, and every text counts as true'
    if default is parameter.empty:
        return '' if parameter.name in in_path else 'it has no default, and an address need not name it'
    return '' if isinstance(default, str | int | float | None) else f'{_in_words(default)} is not honoured in a page'


def _understood(annotation: Any) -> Any:
    """The type that a value is converted to; None if there is none."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        annotation = kinds[0] if len(kinds) == 1 else None
    if annotation is PageArguments:
        return annotation
    if isinstance(annotation, str):
        return _WRITTEN.get(annotation)
    return next((kind for simple, kind in _SIMPLE.items() if annotation is simple), None)


def _in_words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if get_origin(value) is Annotated:
        return ' or '.join(_in_words(part) for part in get_args(value)[1:])
    if isinstance(value, type):
        return value.__name__
    return f'{type(value).__name__}(…)' if get_origin(value) is None else str(value)


def _filled_in(builder: PageBuilder) -> set[str]:
    """The parameters that ``functools.partial`` has filled in by name; an address must not replace them."""
    names: set[str] = set()
    while isinstance(builder, functools.partial):
        names.update(builder.keywords)
        builder = builder.func
    return names
