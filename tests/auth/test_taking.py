"""``new`` and ``add``: an app that runs and is tested at once, and an app that gets what it needs and loses nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auth.cli import main
from tests.programs import ROOT, clean_environment

PATIENT = """
from nicegui.testing import User

User.should_see.__kwdefaults__['retries'] = 400
"""
"""For a machine that has much else to do."""

IN_A_BROWSER = """
from playwright.async_api import expect


async def test_two_tabs_of_a_device(device):
    await device.sign_up('ann@example.com')
    left, right = await device.tab('/notes'), await device.tab('/notes')

    await left.get_by_role('button', name='Sign out', exact=True).first.click()

    await expect(right.get_by_text('You are signed out').first).to_be_visible(timeout=40_000)
    await expect(right.get_by_text('My notes')).to_have_count(0)
"""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run a command, in this process."""
    monkeypatch.setattr(sys, 'argv', ['auth', *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob('*') if file.is_file()}


@pytest.mark.timeout(300)  # a suite, with a server and a browser of its own
def test_a_new_app_passes_its_own_tests_without_any_server_of_a_database(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    app = tmp_path / 'garden-notes'

    assert run(monkeypatch, 'new', app) == 0
    told = capsys.readouterr().out
    (app / 'tests' / 'test_tabs.py').write_text(IN_A_BROWSER)
    (app / 'tests' / 'conftest.py').write_text(PATIENT)
    has_what_is_compiled_here(app)
    # Only what a new app depends on, and not each plugin that we have:
    environment = clean_environment(pythonpath='', test_database_url='', pytest_disable_plugin_autoload=1)
    done = subprocess.run([sys.executable, '-m', 'pytest', '-q', '-p', 'pytest_asyncio.plugin'], cwd=app,
                          env=environment, capture_output=True, text=True, check=False)

    assert 'auth/, models/, pages/, main.py, tests/test_app.py' in told
    assert 'uv run main.py' in told
    assert '4 passed' in done.stdout, done.stdout + done.stderr
    assert "site_name='Garden Notes'" in (app / 'main.py').read_text()
    assert '>G</text>' in (app / 'logo.svg').read_text()


def has_what_is_compiled_here(app: Path) -> None:
    """Let Python find its modules compiled, as from their second time on; it looks whether they fit, and needs them."""
    for name in ('auth', 'models', 'pages'):
        for compiled in (ROOT / name).rglob('__pycache__'):
            shutil.copytree(compiled, app / compiled.relative_to(ROOT), dirs_exist_ok=True)


def test_an_app_gets_what_it_needs_and_keeps_what_it_has(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / 'main.py').write_text('of the author')
    (tmp_path / 'static').mkdir()
    (tmp_path / 'static' / 'mine.css').write_text('of the author')

    added, first = run(monkeypatch, 'add', tmp_path), files(tmp_path)
    told = capsys.readouterr().out
    again, second = run(monkeypatch, 'add', tmp_path), files(tmp_path)

    assert (added, again) == (0, 1)
    assert 'sessions.install()' in told
    assert "install(paths={'/static': public})" in told
    assert 'python -m auth users create you@example.com --admin' in told
    assert "'argon2-cffi>=" in told
    assert (first['main.py'], first['static/mine.css']) == (b'of the author', b'of the author')
    assert {'auth/LICENSE', 'models/migrations/env.py', 'pages/shell.py', 'pages/static/app.css'} <= first.keys()
    assert second == first
    assert 'Nothing was written' in capsys.readouterr().err


def test_the_documented_steps_bring_a_copied_one_up_to_date_without_a_conflict(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone, app = tmp_path / 'live-sessions', tmp_path / 'mine'
    shell('git init -q -b main', clone)
    for name in ('auth', 'models', 'pages', 'static'):
        (clone / name).mkdir()
        shutil.copy(ROOT / 'pages' / 'parts.py', clone / name)
        (clone / name / 'as_ever.py').touch()
    shell('git add -A; git commit -qm one; git tag v0.1.0', clone)
    with (clone / 'pages' / 'parts.py').open('a') as parts:
        parts.write('# newer\n')
    (clone / 'auth' / 'parts.py').unlink()
    shell('git add -A; git commit -qm two; git tag v0.2.0', clone)
    run(monkeypatch, 'new', app)
    for name in ('auth', 'models', 'pages/static'):  # the version that it has is the older one
        shutil.rmtree(app / name)
        shutil.copytree(clone / 'models', app / name)
    parts = app / 'pages' / 'parts.py'
    parts.write_text(parts.read_text().replace('Small parts', 'My small parts'))
    (app / 'pages' / 'mine.py').write_text('of the author')
    shell('git init -q -b main; git add -A; git commit -qm mine', app)

    for steps in re.findall(r'```sh\n(.*?)```', (ROOT / 'docs' / 'CHANGELOG.md').read_text(), re.S):
        shell(steps, app)

    assert 'My small parts' in parts.read_text()
    assert parts.read_text().endswith('# newer\n')
    assert (app / 'pages' / 'mine.py').read_text() == 'of the author'
    assert not (app / 'auth' / 'parts.py').exists()
    assert (app / 'main.py').exists()


def shell(steps: str, folder: Path) -> None:
    """Run what is typed in a folder."""
    folder.mkdir(exist_ok=True)
    somebody = {f'GIT_{who}_{what}': 'ann@example.com' for who in ('AUTHOR', 'COMMITTER') for what in ('NAME', 'EMAIL')}
    done = subprocess.run(['bash', '-ec', steps], cwd=folder, env=clean_environment(**somebody), capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(('command', 'told'), [
    (('new', '{}'), 'There is main.py in'), (('new', '{}/new', '--name', 'it\'s "mine"'), 'A name is letters'),
    (('add', '{}/nowhere'), 'There is no folder'), (('add', '{}/with-pages'), 'There is pages in')])
def test_what_can_not_be_done_is_told_and_nothing_is_written(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...],
        told: str) -> None:
    (tmp_path / 'with-pages' / 'pages').mkdir(parents=True)
    (tmp_path / 'main.py').write_text('of the author')
    before = sorted(tmp_path.rglob('*'))

    code = run(monkeypatch, *(part.format(tmp_path) for part in command))

    assert (code, sorted(tmp_path.rglob('*'))) == (1, before)
    assert told in capsys.readouterr().err
