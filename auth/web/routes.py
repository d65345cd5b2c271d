"""The table of routes: which page is at a path. The gateway and the page both look here, so they find the same one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..access import (
    Access,
    PageBuilder,
    PageRefused,
    Recently,
    access_of,
    check_access,
    is_for_everybody,
    is_framed,
    name_of,
    recently_of,
)
from .page_parameters import given_by_the_tab, signature_of

PARAMETER = re.compile(r'\{(.*?)\}')
"""A parameter in a path; it stands for one segment."""

_REST = re.compile(r'(.*)/\{(\w+):path\}')
"""A path that ends in a parameter which stands for all that follows, as in FastAPI; there need not be any."""

_SEGMENT = r'[^/\x00-\x1f\x7f]+'
_FOLLOWING = r'[^\x00-\x1f\x7f]*'
"""No control characters: NiceGUI's own routes match some of them and not others."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """All that the door has to know of a page."""

    access: Access
    framed: bool
    """Whether pages of this site may show it in a frame."""


@dataclass(frozen=True, eq=False)
class Route:
    """A page at a path, to be called like its builder."""

    path: str
    builder: PageBuilder
    access: Access
    framed: bool
    """Whether pages of this site may show it in a frame."""
    __signature__: inspect.Signature
    """What NiceGUI may fill in."""
    pattern: re.Pattern[str]
    recently: Recently | None = None
    """Whether it takes a password that was given a moment ago."""
    rest: str = ''
    """The parameter that stands for all that follows the path, if there is one."""
    given: Mapping[str, Callable[[], Any]] = field(default_factory=dict[str, Callable[[], Any]])
    """The parameters that the tab gives, when it is built."""

    @property
    def __name__(self) -> str:
        return name_of(self.builder)

    def __call__(self, **values: Any) -> Any:
        """Build the page."""
        builder = self.builder if self.recently is None else self.recently.function
        return builder(**values, **{name: give() for name, give in self.given.items()})

    def place_of(self, path: str, parameters: Mapping[str, str]) -> str:
        """What of a path is the page's own; the rest is for the sub pages in it, unless it takes the rest itself."""
        if not self.rest or self.rest in self.__signature__.parameters:
            return path
        return path[:len(path) - len(parameters[self.rest])].rstrip('/') or '/'


class Routes(Mapping[str, PageBuilder]):
    """A table of routes that was checked.

    :param pages: the pages by path, as their author wrote them
    :raises AccessNotStated: if a page does not say who may see it
    :raises PageRefused: if a page or a path asks for what can't be honoured
    """

    def __init__(self, pages: Mapping[str, PageBuilder]) -> None:
        check_access(pages)
        self._routes = {path: _route(path, builder) for path, builder in pages.items()}
        self.depth = max((path.count('/') for path in pages), default=0)
        """How many segments the longest path has."""
        for path in pages:
            if (found := self.find(path)) is None or found[0].path != path:
                raise PageRefused(f'The page at {path} would never be shown, because {found and found[0].path} comes '
                                  'before it in the table of routes and matches the same: put it first.')

    def __getitem__(self, path: str) -> PageBuilder:
        return self._routes[path].builder

    def __iter__(self) -> Iterator[str]:
        return iter(self._routes)

    def __len__(self) -> int:
        return len(self._routes)

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find the page at a path without percent-encoding; the first in the table counts.

        :return: its route, and the parameters in the path
        """
        for route in self._routes.values():
            if found := route.pattern.fullmatch(path):
                return route, found.groupdict('')
        return None


def table_of(pages: Mapping[str, PageBuilder]) -> Routes:
    """Check a table of routes, unless it was checked already.

    :raises PageRefused: if a page or a path asks for what can't be honoured
    """
    return pages if isinstance(pages, Routes) else Routes(pages)


def _route(path: str, builder: PageBuilder) -> Route:
    beginning, rest = found.groups() if (found := _REST.fullmatch(path)) else (path, '')
    names = [*PARAMETER.findall(beginning), *([rest] if rest else [])]
    if not path.startswith('/') or len(set(names)) != len(names) or not all(name.isidentifier() for name in names):
        raise PageRefused(f'The path {path!r} of the page "{name_of(builder)}" must begin with a slash; parameters are '
                          'written {name}, stand for one segment each, and have different names; '
                          '{name:path} at the end is all that follows.')
    parts = PARAMETER.split(beginning)
    pattern = ''.join(f'(?P<{part}>{_SEGMENT})' if number % 2 else re.escape(part) for number, part in enumerate(parts))
    if rest:
        pattern += f'(?:/(?P<{rest}>{_FOLLOWING}))?'
    access, recently = access_of(builder), recently_of(builder)
    if recently is not None and is_for_everybody(access):
        raise PageRefused(f'The page "{name_of(builder)}" at {path} is public and takes a password that was given a '
                          'moment ago: put @private on it.')
    return Route(path, builder, access, is_framed(builder), signature_of(builder, path, names), re.compile(pattern),
                 recently, rest, given_by_the_tab(builder))
