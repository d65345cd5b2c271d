"""``new`` and ``add``: begin an app with accounts and sessions, or give an app what it needs to have them."""

from __future__ import annotations

import html
import re
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from .command_group import CommandGroup
from .options import Json
from .output import print_result

PACKAGE = __name__.partition('.')[0]
"""How it is imported: ``auth`` in a clone, and ``live_sessions`` where the wheel is installed."""

IS_COPIED = PACKAGE == 'auth'
COPIED = ('auth', 'models', 'pages')
"""What is copied; ``static`` goes into ``pages``, because many an app has a folder of that name."""

_ROOT = Path(__file__).parent.parent.parent
_STARTER = Path(__file__).parent / 'starter'
_WHEEL = 'dist/live_sessions-….whl  # the wheel that you have built'
_OURS_ALONE = shutil.ignore_patterns('__pycache__', '*.pyc')

commands = CommandGroup('Begin an app, or add accounts and sessions to one.')
Folder = Annotated[Path, typer.Argument(metavar='FOLDER', help='The folder of the app.')]


class InTheWay(Exception):
    """Nothing can be written there; the message says why, and what to do."""


@commands.command('new')
def new(folder: Folder, name: Annotated[str, typer.Option(help='What the app is called; by default like its folder.')]
        = '', json: Json = False) -> None:
    """Make a small app of your own that runs: pages, a brand, and tests that sign in."""
    name = name.strip() or folder.resolve().name.replace('-', ' ').replace('_', ' ').title()
    if not re.fullmatch(r"[\w .,&'()-]{1,60}", name) or "'" in name:
        raise InTheWay('A name is letters, digits, spaces and . , & ( ) - only. Give another one: --name "My app"')
    wanted = {'main.py': 'main.py.txt', 'tests/test_app.py': 'test_app.py.txt', 'pyproject.toml': 'pyproject.toml.txt',
              '.gitignore': 'gitignore.txt', 'logo.svg': 'icon.svg.txt'}
    _refuse_what_is_there(folder, [*wanted, *(COPIED if IS_COPIED else ())])
    values = {'name': name, 'slug': re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-') or 'app', 'initial':
              html.escape(name[0].upper()), 'dependencies': '\n'.join(f'  "{one}",' for one in _dependencies())}
    copied = _copy(folder)
    for path, template in wanted.items():
        _write(folder / path, template, values)
    install = '' if IS_COPIED else f'Install what it needs: cd {folder} && uv add {_WHEEL}\n'
    _tell(folder, [*copied, *wanted], json=json, then=f"""\
{install}Serve it:            cd {folder} && uv run main.py
Test it:             uv run pytest
An administrator:    uv run python -m {PACKAGE} users create you@example.com --admin
Your pages and the name of your app are in main.py, its picture is logo.svg.""")


@commands.command('add')
def add(folder: Folder, json: Json = False) -> None:
    """Copy into the folder of your app what it needs; nothing of yours is changed."""
    if not folder.is_dir():
        raise InTheWay(f'There is no folder {folder}. Name that of your app, or begin one: python -m {PACKAGE} new')
    _refuse_what_is_there(folder, COPIED if IS_COPIED else ())
    copied = _copy(folder)
    _tell(folder, copied, json=json, then=f"""\
1. Install what it needs:      uv add {' '.join(f"'{one}'" for one in _dependencies()) or _WHEEL}
2. Put this into your program, before ui.run or ui.run_with (then give install your FastAPI app):

       from {PACKAGE} import LiveSessions, private, public
       sessions = LiveSessions(site_name='My app')
       sessions.install()

3. Put @public above each page and endpoint that is for everybody: what says nothing is private.
   Name folders of files that are: sessions.install(paths={{'/static': public}})
4. Put a way out into your header: SignOutButton() or UserButton() of {PACKAGE}.components.
5. Make an administrator:      uv run python -m {PACKAGE} users create you@example.com --admin
6. Keep data/ and .env out of git. DATABASE_URL names another store than data/live-sessions.db.
7. In tests: pytest -p nicegui.testing.user_plugin -p {PACKAGE}.testing.plugin""")


def _refuse_what_is_there(folder: Path, names: list[str] | tuple[str, ...]) -> None:
    """Refuse before anything is written.

    :raises InTheWay: naming what is there
    """
    if there := [name for name in names if (folder / name).exists()]:
        raise InTheWay(f'There is {", ".join(there)} in {folder} already. Nothing was written: name another folder, '
                       'move it away, or install the wheel, which takes no such names (docs/components.md).')


def _copy(folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    if not IS_COPIED:
        return []
    for name in COPIED:
        shutil.copytree(_ROOT / name, folder / name, ignore=_OURS_ALONE)
    if not (folder / 'pages' / 'static').exists():  # this is no copy itself
        shutil.copytree(_ROOT / 'static', folder / 'pages' / 'static')
    if not (folder / 'auth' / 'LICENSE').exists():
        shutil.copyfile(_ROOT / 'LICENSE', folder / 'auth' / 'LICENSE')
    return [f'{name}/' for name in COPIED]


def _write(path: Path, template: str, values: dict[str, str]) -> None:
    text = (_STARTER / template).read_text('utf-8').format(**values)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(re.sub(r'\bauth\b(?=\.testing|\.components| import)', PACKAGE, text), 'utf-8')


def _dependencies() -> list[str]:
    """What the copied folders need. The package brings it along, and is on no index: its wheel has to be named."""
    if not IS_COPIED:
        return []
    import tomllib  # noqa: PLC0415 (for this alone)

    found: list[str] = tomllib.loads((_ROOT / 'pyproject.toml').read_text('utf-8'))['project']['dependencies']
    return found


def _tell(folder: Path, written: list[str], *, json: bool, then: str) -> None:
    what = f'Written into {folder}: {", ".join(written)}.' if written else f'Nothing was written into {folder}.'
    print_result({'folder': str(folder), 'written': written}, what, json=json)
    if not json:
        print(f'\nWhat to do next:\n\n{then}', file=sys.stdout, flush=True)
