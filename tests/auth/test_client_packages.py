"""Clerk's client libraries: how npm fetches them, and what of them is served."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import stat
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from auth.cli import main
from auth.client_packages import fetching
from auth.client_packages.fetching import CannotFetch, fetch
from auth.client_packages.pinned import CLERK_JS, CLERK_UI, CLIENT_PACKAGES, ClientPackage
from auth.requests.asgi import Message, Receive, Scope, Send
from auth.settings import Settings
from auth.web.answers import without_body
from auth.web.client_files import PART_BYTES, ClientFiles
from tests.running import either_store

pytestmark = either_store

PUBLISHED = {'package/LICENSE': 'MIT', 'package/package.json': '{}',
             'package/dist/clerk.browser.js': 'window.Clerk = 1', 'package/dist/clerk.mjs': 'export {}',
             'package/dist/types/index.d.ts': 'types',
             'package/dist/esm/index.js': 'for bundlers', 'package/dist/clerk.browser.js.map': '{}',
             'package/../../out.js': 'out', '/out.js': 'out', 'package/dist/../../../out.js': 'out'}

NPM = '''#!{python}
import json, os, pathlib, shutil, sys
pathlib.Path({told!r}).write_text(json.dumps(sys.argv[1:]))
if os.environ.get('NPM_FAILS'):
    sys.exit('npm error code E404\\nnpm error A complete log of this run can be found in: x\\nnpm error not there')
shutil.copy({tarball!r}, sys.argv[sys.argv.index('--pack-destination') + 1])
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClientPackage:
    """A package as it was published, and a program npm that has it."""
    tarball = tmp_path / 'published' / 'package.tgz'
    tarball.parent.mkdir()
    with tarfile.open(tarball, 'w:gz') as packed:
        for name, content in PUBLISHED.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content.encode()))
        link = tarfile.TarInfo('package/dist/link.js')
        link.type, link.linkname = tarfile.SYMTYPE, '/etc/passwd'
        packed.addfile(link)
    npm = tmp_path / 'bin' / 'npm'
    npm.parent.mkdir()
    npm.write_text(NPM.format(python=sys.executable, told=str(tmp_path / 'asked.json'), tarball=str(tarball)))
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv('PATH', f'{npm.parent}{os.pathsep}{os.environ["PATH"]}')
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    return replace(CLERK_JS, integrity=f'sha512-{digest}')


def files_in(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob('*') if not file.is_dir())


def test_what_browsers_load_is_written_and_nothing_else(package: ClientPackage, tmp_path: Path) -> None:
    there = fetch(package, tmp_path / 'clients')

    assert files_in(there) == ['LICENSE', 'dist/clerk.browser.js', 'dist/clerk.mjs']
    assert files_in(tmp_path / 'clients') == [f'@clerk/clerk-js/6.40.0/{name}' for name in files_in(there)]
    assert not (tmp_path / 'out.js').exists()
    asked = json.loads((tmp_path / 'asked.json').read_text())
    assert (asked[:2], asked[-1]) == (['pack', '--ignore-scripts'], '@clerk/clerk-js@6.40.0')


def test_a_folder_is_meant_from_where_the_command_was_given(
        package: ClientPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert (fetch(package, Path('packages')) / package.begins_with).is_file()


def test_something_else_than_was_published_is_not_written(package: ClientPackage, tmp_path: Path) -> None:
    for wrong in (CLERK_JS.integrity, package.integrity.lower(), package.integrity[:-4], ''):
        with pytest.raises(CannotFetch, match='its checksum is another one'):
            fetch(replace(package, integrity=wrong), tmp_path / 'clients')

    assert files_in(tmp_path / 'clients') == []


def test_a_package_without_its_first_file_is_not_written(package: ClientPackage, tmp_path: Path) -> None:
    with pytest.raises(CannotFetch, match=r'holds no dist/nothing\.js'):
        fetch(replace(package, begins_with='dist/nothing.js'), tmp_path / 'clients')

    assert files_in(tmp_path / 'clients') == []


def test_without_npm_one_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))

    with pytest.raises(CannotFetch, match=r'no program npm here.* Install it and try again'):
        fetch(CLERK_JS, tmp_path / 'clients')


def test_a_failure_of_npm_is_told(package: ClientPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('NPM_FAILS', '1')

    with pytest.raises(CannotFetch, match=r'could not fetch @clerk/clerk-js@6\.40\.0 \(code E404 not there\)'):
        fetch(package, tmp_path / 'clients')

    assert files_in(tmp_path / 'clients') == []


def test_an_npm_that_waits_for_the_network_is_given_up(package: ClientPackage, tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'bin' / 'npm').write_text('#!/bin/sh\nexec sleep 100\n')
    monkeypatch.setattr(fetching, 'FETCH_SECONDS', 0.2)

    with pytest.raises(CannotFetch, match='Is there a network'):
        fetch(package, tmp_path / 'clients')


def test_half_of_what_was_there_is_replaced(package: ClientPackage, tmp_path: Path) -> None:
    half = package.folder_in(tmp_path / 'clients') / 'dist'
    half.mkdir(parents=True)
    (half / 'stale.js').write_text('')

    assert not package.is_in(tmp_path / 'clients')
    assert files_in(fetch(package, tmp_path / 'clients')) == ['LICENSE', 'dist/clerk.browser.js', 'dist/clerk.mjs']


def test_the_command_fetches_once(package: ClientPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                  capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr('auth.cli.clients.CLIENT_PACKAGES', {package.name: package})
    monkeypatch.setenv('CLIENTS_FOLDER', str(tmp_path / 'clients'))
    done = []
    for arguments in ([], ['--json'], ['--json', '--folder', str(tmp_path / 'elsewhere')]):
        monkeypatch.setattr(sys, 'argv', ['auth', 'clients', 'fetch', *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        done.append((end.value.code or 0, capsys.readouterr().out))

    assert [code for code, _ in done] == [0, 0, 0]
    assert 'serves them from now on' in done[0][1]
    assert [json.loads(out)['fetched'] for _, out in done[1:]] == [[], [package.spec]]
    assert package.is_in(tmp_path / 'elsewhere')


def test_the_command_says_in_one_sentence_what_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.setattr(sys, 'argv', ['auth', 'clients', 'fetch', '--folder', str(tmp_path / 'clients')])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 1
    assert 'There is no program npm here' in capsys.readouterr().err


@pytest.mark.parametrize('folder', ['', ' ', 'a\0b'])
def test_a_folder_without_a_name_is_refused(folder: str) -> None:
    with pytest.raises(ValueError, match='name a folder, such as data/clients'):
        Settings(clients_folder=folder)  # type: ignore[arg-type]


def test_each_package_is_pinned_and_checked() -> None:
    assert CLIENT_PACKAGES == {'@clerk/clerk-js': CLERK_JS, '@clerk/ui': CLERK_UI}
    for package in CLIENT_PACKAGES.values():
        kind, _, digest = package.integrity.partition('-')
        assert (kind, len(base64.b64decode(digest, validate=True))) == ('sha512', 64)


# What is served.

@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where clerk-js is, and not the other one."""
    dist = CLERK_JS.folder_in(tmp_path / 'clients') / 'dist'
    dist.mkdir(parents=True)
    for name, content in {'clerk.browser.js': 'window.Clerk = 1', 'clerk.mjs': 'export {}', '10_clerk_6.40.0.js': '1',
                          'notes.txt': 'no', '.hidden.js': 'no'}.items():
        (dist / name).write_text(content)
    (dist / 'folder.js').mkdir()
    (tmp_path / 'secret.js').write_text('secret')
    (dist / 'link.js').symlink_to(tmp_path / 'secret.js')
    return tmp_path / 'clients'


@pytest.fixture
def visitor(folder: Path) -> httpx.AsyncClient:
    """Somebody who asks for files."""
    files = ClientFiles(folder)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await files(scope, without_body(send) if scope['method'] == 'HEAD' else send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='http://site')


@pytest.mark.parametrize(('version', 'kept'), [
    ('6.40.0', 'immutable'), ('6', 'max-age=300'), ('6.40', 'max-age=300'), ('latest', 'max-age=300')])
async def test_any_site_may_load_a_file_by_each_name_of_its_version(visitor: httpx.AsyncClient, version: str,
                                                                   kept: str) -> None:
    answer = await visitor.get(f'/npm/@clerk/clerk-js@{version}/dist/clerk.browser.js')

    assert (answer.status_code, answer.text) == (200, 'window.Clerk = 1')
    assert answer.headers['content-type'] == 'text/javascript; charset=utf-8'
    assert answer.headers['access-control-allow-origin'] == '*'
    assert answer.headers['cross-origin-resource-policy'] == 'cross-origin'
    assert kept in answer.headers['cache-control']


async def test_a_large_file_is_sent_in_parts_so_that_slow_readers_hold_little_of_it(folder: Path) -> None:
    content = os.urandom(3 * PART_BYTES + 7)
    (CLERK_JS.folder_in(folder) / 'dist' / 'large.js').write_bytes(content)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await ClientFiles(folder)({'method': 'GET', 'path': '/npm/@clerk/clerk-js@6/dist/large.js', 'headers': []}, send)

    parts = [message['body'] for message in sent[1:]]
    assert (b'content-length', str(len(content)).encode()) in sent[0]['headers']
    assert b''.join(parts) == content
    assert max(map(len, parts)) == PART_BYTES
    assert [message.get('more_body', False) for message in sent[1:]] == [True] * (len(parts) - 1) + [False]


async def test_a_browser_that_has_a_file_is_told_so(visitor: httpx.AsyncClient) -> None:
    path = '/npm/@clerk/clerk-js@6/dist/clerk.mjs'
    first = await visitor.get(path)
    again = await visitor.get(path, headers={'if-none-match': first.headers['etag']})
    head = await visitor.head(path)

    assert (again.status_code, again.content) == (304, b'')
    assert (head.status_code, head.content, head.headers['content-length']) == (200, b'', '9')


@pytest.mark.parametrize('path', [
    'clerk-js@6/dist/notes.txt', 'clerk-js@6/dist/.hidden.js', 'clerk-js@6/dist/folder.js', 'clerk-js@6/dist/link.js',
    'clerk-js@6/dist/none.js', 'clerk-js@6/dist/%2e%2e/dist/clerk.mjs',
    'clerk-js@6/dist/..%2f..%2f..%2f..%2f..%2fsecret.js', 'clerk-js@6/dist//clerk.mjs', 'clerk-js@6/LICENSE',
    'clerk-js@5/dist/clerk.mjs', 'clerk-js@6.4/dist/clerk.mjs', 'clerk-js@6.40.1/dist/clerk.mjs',
    'clerk-js@/dist/clerk.mjs', 'clerk-js@canary/dist/clerk.mjs', 'clerk-js@../dist/clerk.mjs',
    'clerk-js/dist/clerk.mjs', 'backend@3/dist/index.js', 'clerk-js@6/dist/clerk.mjs/', 'clerk-js@6/dist/clerk.mjs%00',
    'clerk-js@6/dist/clerk.mjs%0a', 'clerk-js@6/dist/%5c..%5csecret.js'])
async def test_nothing_else_is_served(visitor: httpx.AsyncClient, path: str) -> None:
    answer = await visitor.get(f'/npm/@clerk/{path}')

    assert answer.status_code == 404
    assert 'secret' not in answer.text


async def test_whoever_asks_for_what_was_not_fetched_reads_how_to(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get('/npm/@clerk/ui@1/dist/ui.browser.js')

    assert answer.status_code == 404
    assert 'fetches it with: python -m auth clients fetch' in answer.text


async def test_files_can_only_be_read(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post('/npm/@clerk/clerk-js@6/dist/clerk.mjs')

    assert (answer.status_code, answer.headers['allow']) == (405, 'GET, HEAD')
