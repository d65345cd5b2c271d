"""Which parameters a page may have.

NiceGUI builds these pages as sub pages, for which FastAPI does not run ``Depends``, ``Header``, ``Query`` and the like.
A page that has one is refused at the start: its author may rely on it to keep somebody out. ``Request`` and ``Client``
are filled in here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import unquote

from fastapi import params
from nicegui import Client, ui
from nicegui.page_arguments import PageArguments
from starlette.requests import Request

from ..access import PageBuilder, PageRefused, name_of

_SIMPLE: dict[Any, Any] = {kind: kind for kind in (str, int, float, inspect.Parameter.empty)} | {
    Any: inspect.Parameter.empty}
_WRITTEN = {kind.__name__: kind for kind in (str, int, float, PageArguments)}
"""Their names, for pages whose annotations can't be evaluated."""

_RUN_BY_FASTAPI = (params.Depends, params.Param, params.Body)

_INSTEAD = ('A page is given what its path and its query say, as str, int or float, PageArguments, Request and Client. '
            'Call what else it needs within the page, or serve a route of your own below open_paths.')


def signature_of(builder: PageBuilder, path: str, in_path: Collection[str],
                 given: Collection[str] = ()) -> inspect.Signature:
    """Return what NiceGUI gives a page, with types that NiceGUI understands.

    It would convert no value whose annotation is a string, as ``from __future__ import annotations`` makes all of them,
    or is like ``int | None``.

    :param in_path: the names of the parameters in its path
    :param given: the names of those that somebody else fills in
    :raises PageRefused: if it asks for anything else
    """
    _check_partial(builder, path)
    function = inspect.unwrap(builder)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise PageRefused(f'The page "{name_of(builder)}" at {path} yields, so that it would never be built: '
                          'write it without yield.')
    parameters: list[inspect.Parameter] = []
    for name, parameter in _written(builder).items():
        if name in given or name in _filled_in(builder) or _of_the_tab(parameter) is not None:
            continue
        annotation = _understood(parameter.annotation)
        if why := _why_not(parameter, annotation, in_path):
            raise _refused(builder, path, name, why)
        parameters.append(parameter.replace(annotation=annotation))
    return inspect.Signature(parameters)


def given_by_the_tab(builder: PageBuilder) -> Mapping[str, Callable[[], Any]]:
    """The parameters of a page that are the request or NiceGUI's client, and what gives them while it is built."""
    found = {name: _of_the_tab(parameter) for name, parameter in _written(builder).items()
             if name not in _filled_in(builder)}
    return {name: give for name, give in found.items() if give is not None}


def refuse_dependencies(builder: PageBuilder, path: str) -> None:
    """Refuse a page of a plain ``ui.sub_pages`` whose dependencies nobody would run; all else is NiceGUI's.

    :raises PageRefused: if it has any
    """
    _check_partial(builder, path)
    for name, parameter in _written(builder).items():
        if name not in _filled_in(builder) and (found := _run_by_fastapi(parameter)) is not None:
            raise _refused(builder, path, name, f'{_in_words(found)} is not honoured in a page')


def _written(builder: PageBuilder) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(builder, eval_str=True).parameters
    except Exception:  # raised by an annotation, such as one that only type checkers see
        return inspect.signature(builder).parameters


def _refused(builder: PageBuilder, path: str, name: str, why: str) -> PageRefused:
    return PageRefused(f'The page "{name_of(builder)}" at {path} cannot have its parameter "{name}": {why}. {_INSTEAD}')


def _run_by_fastapi(parameter: inspect.Parameter) -> object:
    """What FastAPI would do for a parameter, and a plain sub page does without; None if it would do nothing."""
    annotation = parameter.annotation
    metadata: Iterable[object] = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    found = next((one for one in (parameter.default, *metadata) if isinstance(one, _RUN_BY_FASTAPI)), None)
    is_unknown = isinstance(annotation, str) and _understood(annotation) is None
    return annotation if found is None and is_unknown else found


def _check_partial(builder: PageBuilder, path: str) -> None:
    """Refuse a dependency that ``functools.partial`` has filled in: the page would be given it unrun."""
    while isinstance(builder, functools.partial):
        for name, value in [*enumerate(builder.args, 1), *builder.keywords.items()]:
            if isinstance(value, _RUN_BY_FASTAPI):
                raise _refused(builder.func, path, str(name), f'{_in_words(value)} is not honoured in a page')
        builder = builder.func


def _of_the_tab(parameter: inspect.Parameter) -> Callable[[], Any] | None:
    annotation = parameter.annotation
    if annotation is Request or annotation == 'Request':
        return _request_now
    if annotation is Client or annotation == 'Client':
        return lambda: ui.context.client
    return None


def _request_now() -> Request:
    """The request that has opened the tab, with the address that it shows now: sub pages come without a request."""
    page = ui.context.client
    router = page.sub_pages_router
    if router.is_initial_request:
        return page.request
    address = str(router.current_path).partition('#')[0]
    path, _, query = address.partition('?')
    scope = page.request.scope
    return Request({**scope, 'path': scope.get('root_path', '') + unquote(path), 'raw_path': path.encode(),
                    'query_string': query.encode()})


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
