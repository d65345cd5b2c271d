"""The house: which way imports point, who knows NiceGUI, and that every page says who may see it."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import auth
import auth.components
import pages
from auth import private, public
from auth.access import AccessNotStated, access_of, check_access
from auth.components import GuardedPages
from auth.live.placeholders import Placeholders
from auth.live.tab import Tab
from tests.programs import ROOT
from tests.sources import parsed

KNOW_NICEGUI = ('auth/live/', 'auth/components/', 'auth/protect.py', 'auth/installing/',
                'auth/web/page_parameters.py',
                'auth/web/connections.py', 'auth/web/frames.py')
KNOWS_ITS_PRIVATE_NAMES = 'auth/live/nicegui_private/'
ITS_INSIDES = {'nicegui.nicegui', 'nicegui.outbox', 'nicegui.javascript_request', 'nicegui.helpers'}
"""Modules of NiceGUI that are no part of what it offers."""
BRINGS_OUR_PAGES = 'auth/installing/our_pages.py'
BELOW = {'models': {'models'}, 'auth': {'auth', 'models'}, 'pages': {'pages', 'auth', 'models'}}


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob('*.py'))


@cache
def imported(file: Path) -> frozenset[str]:
    """The absolute names of what a file imports."""
    return frozenset(_imported(file))


def _imported(file: Path) -> Iterator[str]:
    package = file.parent.relative_to(ROOT).parts
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else ()
            yield '.'.join([*base, *([node.module] if node.module else [])])


@pytest.mark.parametrize('folder', BELOW)
def test_imports_point_one_way(folder: str) -> None:
    for file in files(folder):
        ours = {name.partition('.')[0] for name in imported(file)} & {*BELOW, 'main', 'tests', 'benchmarks'}
        if file.relative_to(ROOT).as_posix() == BRINGS_OUR_PAGES:
            ours.remove('pages')
        assert ours <= BELOW[folder], file


FLOORS = (
    {'language'},
    {'errors', 'timing', 'access'},
    {'refusals'},
    {'requests'},
    {'settings'},
    {'client_packages'},
    {'monitoring'},
    {'credentials'},
    {'mail'},
    {'rules'},
    {'changes'},
    {'delivery'},
    {'web'},
    {'live'},
    {'components'},
    {'recently'},
    {'current'},
    {'endpoints'},
    {'cli'},
    {'protect'},
    {'installing'},
    {'testing'},
)
"""The wings of auth/, and what stands at its top: each imports from those before it, and from its own."""


@pytest.mark.parametrize('floor', range(len(FLOORS)))
def test_the_wings_of_auth_import_only_from_those_below(floor: int) -> None:
    reachable = set().union(*FLOORS[:floor + 1])
    for file in files('auth'):
        rooms = file.relative_to(ROOT / 'auth').with_suffix('').parts
        if rooms[0] in FLOORS[floor]:
            wings = {name.split('.')[1] for name in imported(file) if name.startswith('auth.')}
            assert wings <= reachable, file


def test_every_wing_has_its_floor() -> None:
    there = {file.relative_to(ROOT / 'auth').with_suffix('').parts[0] for file in files('auth')}
    assert there - {'__init__', '__main__'} == set(itertools.chain(*FLOORS))


def test_pages_hold_no_sql_and_know_no_store() -> None:
    for file in files('pages'):
        assert not {'sqlalchemy', 'sqlmodel', 'sqlite3', 'models'} & {name.partition('.')[0] for name in imported(file)}


def test_nicegui_is_known_where_it_has_to_be_and_nowhere_else() -> None:
    for file in [*files('models'), *files('auth')]:
        name = file.relative_to(ROOT).as_posix()
        if any(module.partition('.')[0] in {'nicegui', 'socketio'} for module in imported(file)):
            assert name.startswith(KNOW_NICEGUI)


@pytest.mark.parametrize('package', [auth, auth.components], ids=lambda package: package.__name__)
def test_every_public_name_is_written_once_and_marked_as_one(package: ModuleType) -> None:
    tree = parsed(Path(package.__file__ or ''))
    names = [alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert all(alias.asname == alias.name for alias in names)  # "X as X": what type checkers take for public
    assert len({alias.name for alias in names}) == len(names) == len(tree.body) - 1


def test_private_names_of_nicegui_are_in_one_package() -> None:
    def own(name: str) -> bool:
        return not name.startswith('_') or name.startswith('__')

    for file in [*files('auth'), *files('pages')]:
        if file.relative_to(ROOT).as_posix().startswith(KNOWS_ITS_PRIVATE_NAMES):
            continue
        assert not ITS_INSIDES.intersection(imported(file)), file
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Attribute) and not own(node.attr):
                assert isinstance(node.value, ast.Name), f'{file}: {node.attr}'
                assert node.value.id in {'self', 'session'}, f'{file}: {node.attr}'


def test_every_route_says_who_may_see_it() -> None:
    assert {path: access_of(builder) for path, builder in pages.ROUTES.items()} == {
        '/': 'public', '/sign-in': 'public', '/sign-in/choose': 'public',
        '/sign-in/new-password': 'public', '/sign-up': 'public',
        '/sign-up/verify': 'public', '/forgot-password': 'public', '/reset-password': 'public',
        '/undo-address-change': 'public', '/account': 'private', '/account/email-address': 'private',
        '/account/security': 'private', '/admin': 'admin', '/admin/sessions': 'admin', '/admin/policy': 'admin',
        '/admin/invitations': 'admin', '/admin/invitations/made': 'admin',
        '/admin/users/new': 'admin', '/admin/users/{user_id}': 'admin',
        '/demo': 'public', '/demo/pane': 'public',
        '/examples': 'public', '/examples/nextjs': 'public', '/examples/javascript': 'public',
        '/examples/expo': 'public', '/examples/ios': 'public', '/examples/swiftui': 'public',
        '/examples/android': 'public'}


def test_a_table_with_a_page_that_does_not_say_is_refused() -> None:
    def unmarked() -> None:
        pass

    with pytest.raises(AccessNotStated, match='"unmarked" must say who may see it'):
        check_access({'/': public(lambda: None), '/x': private(lambda: None), '/y': unmarked})


def test_the_router_refuses_an_unmarked_page_before_it_builds_anything() -> None:
    nothing = Placeholders(*[lambda *_: None] * 5)
    no_page: Any = None

    with pytest.raises(AccessNotStated):
        GuardedPages({'/': lambda: None}, tab=Tab(page=no_page), placeholders=nothing)


def test_the_project_speaks_of_nothing_but_itself() -> None:
    for file in [*files('models'), *files('auth'), *files('pages'), *files('benchmarks'), ROOT / 'main.py',
                 *ROOT.glob('*.md'), *ROOT.glob('docs/*.md'), *ROOT.glob('static/**/*')]:
        if file.suffix in {'.py', '.md', '.js', '.css'}:
            text = file.read_text(encoding='utf-8')
            assert 'TODO' not in text, file
            assert '/work/' not in text, file
