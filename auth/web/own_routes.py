"""The routes of an app that are no page's: endpoints, sockets and files of its author's, and who may use them.

A route is looked for as Starlette will look for it, so the one that is asked about is the one that answers. One that
says nothing is private.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import Host, Match, Mount

from ..access import Access, PageRefused, access_or_private, access_said_by, stated_access
from ..requests.asgi import App, Scope

Word = Callable[[Any], Any]
"""``public``, ``private``, ``admin_only``, or another one that says who may see a page."""

Endpoint = Callable[..., Any]


class OwnRoutes:
    """Finds the routes of an app, and who may use them.

    What is written on a function counts first, then the longest path, then that nothing is said.

    :param app: the app, in which NiceGUI's is mounted, or which is NiceGUI's
    :param paths: how paths begin, and the word for all that is below; they need no route
    :param open_paths: the same for everybody, compared letter by letter
    :param is_page: tells whether a function shows a page of NiceGUI's
    :raises PageRefused: if a path does not begin with a slash
    """

    def __init__(self, app: App, *, paths: Mapping[str, Word], open_paths: Iterable[str] = (),
                 is_page: Callable[[Endpoint], bool] = lambda _: False) -> None:
        for path in paths:
            if not path.startswith('/'):
                raise PageRefused(f'The path {path!r} has to begin with a slash.')
        self._app = app
        self._is_page = is_page
        self._open_paths = tuple(open_paths)
        longest_first = sorted(paths.items(), key=lambda one: -len(one[0].rstrip('/')))
        self._paths: list[tuple[str, Access]] = [(path.rstrip('/'), access_said_by(word))
                                                 for path, word in longest_first]

    def access_to(self, scope: Scope) -> Access | None:
        """Tell who may use what is at the path of a request; None if nothing of the app's own is there."""
        path: str = scope['path'].removeprefix(scope.get('root_path', ''))
        endpoint = self.find(scope)
        stated = None if endpoint is None else stated_access(endpoint)
        if stated is not None:
            return stated
        if path.startswith(self._open_paths):
            return 'public'
        for start, access in self._paths:
            if path == start or path.startswith(f'{start}/'):
                return access
        return None if endpoint is None else access_or_private(endpoint)

    def fixed_paths(self) -> Iterator[str]:
        """The paths of all routes that have no parameter."""
        return (path for path in _paths_of(self._app) if '{' not in path)

    def find(self, scope: Scope) -> Endpoint | None:
        """Find what would answer a request: a function, or a mounted app."""
        path = scope['path']
        # Where a slash is amiss, Starlette redirects.
        other = path[:-1] if path.endswith('/') else f'{path}/'
        for tried in (path, other):
            found = _search(_routes_of(self._app), {**scope, 'path': tried})
            if found is not None and not self._is_page(found):
                return found
        return None

    def page_at(self, scope: Scope) -> Endpoint | None:
        """Find the page of NiceGUI's that would answer a request for a page."""
        found = _search(_routes_of(self._app), {**scope, 'method': 'GET'})
        return found if found is not None and self._is_page(found) else None


def apps_within(app: App) -> Iterator[Any]:
    """An app, and those that are mounted in it."""
    yield app
    for route in _routes_of(app):
        if isinstance(route, Mount | Host):
            yield from apps_within(route.app)


def _paths_of(app: Any, before: str = '') -> Iterator[str]:
    for route in iter_route_contexts(_routes_of(app)):
        path = f'{before}{route.path or ""}'
        yield path
        if isinstance(route.original_route, Mount):
            yield from _paths_of(route.original_route.app, path)


def _routes_of(app: Any) -> list[Any]:
    return getattr(app, 'routes', [])


def _search(routes: list[Any], scope: Scope) -> Endpoint | None:
    """The first that matches counts, or else the first of another method, which answers that with 405."""
    of_another_method = None
    for route in iter_route_contexts(routes):
        match, child_scope = route.matches(scope)
        if match is Match.NONE:
            continue
        found = _within(route.original_route, {**scope, **child_scope})
        if match is Match.FULL:
            return found
        of_another_method = of_another_method or found
    return of_another_method


def _within(route: Any, scope: Scope) -> Endpoint | None:
    if isinstance(route, Mount | Host) and route.routes:
        return _search(route.routes, scope)
    return scope['endpoint']
