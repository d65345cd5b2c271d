"""The documents: they name all that there is, and their links lead somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auth import AuthError, Settings
from auth.access import access_of
from auth.errors import NotAllowed
from auth.web.api import FrontendApi
from auth.web.backend.operations import OPERATIONS
from tests.programs import ROOT
from tests.sources import parsed

DOCUMENTS = [*ROOT.glob('*.md'), *ROOT.glob('docs/**/*.md'),
             ROOT / 'deploy' / 'README.md', ROOT / 'tests' / 'README.md']
PATH_IN_THE_TREE = re.compile(r'`((?:auth|models|pages|static|tests|benchmarks|deploy|docs)/[\w./-]+)`')


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding='utf-8')


def kinds(error: type[AuthError]) -> Iterator[type[AuthError]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize('document', DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    written = re.sub(r'^```.*?^```$', '', document.read_text(encoding='utf-8'), flags=re.DOTALL | re.MULTILINE)
    links = [link for link in re.findall(r'\]\(([^)#]+)', written) if '://' not in link]
    paths = [path for path in PATH_IN_THE_TREE.findall(written) if '…' not in path]

    assert [link for link in links if not (document.parent / link).exists()] == []
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize('document', DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_every_test_that_is_named_is_one(document: Path) -> None:
    for name, test in re.findall(r'`(tests/[\w/]+\.py)::(\w+)', document.read_text(encoding='utf-8')):
        assert re.search(rf'^(async )?def {test}\(', text(name), re.MULTILINE), f'{name}::{test}'


def test_the_faults_of_each_kind_are_told_with_a_test_for_each() -> None:
    rows = [row.split(' | ') for row in text('docs/reliability.md').splitlines() if row.startswith('| ')]

    untested = [what for what, *_, shown in rows if not what.startswith('| what breaks') and '::test_' not in shown]
    told = text('docs/reliability.md')

    assert untested == []
    assert all(f'**{fault}' in told for fault in (
        'the change feed is cut', 'the disk is full', 'a PostgreSQL server is read-only',
        'another program locks the file', "the server's clock is set back", 'the mail server is away',
        'a process is killed'))


def test_the_readme_is_short() -> None:
    assert len(text('README.md').splitlines()) <= 120


def examples_in(document: str) -> list[str]:
    return re.findall(r'```python\n(.*?)```', text(document), re.DOTALL)


def test_the_example_of_a_protected_page_is_one() -> None:
    example = next(code for code in examples_in('docs/components.md') if 'def ' in code)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 (it is our own)

    assert access_of(names['reports']) == 'private'


def test_the_example_of_a_protected_app_has_the_lines_of_the_app_that_is_tested() -> None:
    example, tested = examples_in('README.md')[0], text('tests/apps/five_more_lines.py')
    ours = [line for line in example.splitlines() if re.search(r'\bauth\b|sessions|^@public', line)]

    assert len(ours) == 4
    assert all(line.partition('  # ')[0].rstrip() in tested for line in ours)


def test_every_setting_is_explained() -> None:
    explained = set(re.findall(r'`([A-Z_]+)`', text('docs/operation.md')))

    assert {name.upper() for name in Settings.model_fields} <= explained


def test_every_name_that_a_page_imports_is_explained() -> None:
    for package in ('auth', 'auth/components'):
        tree = parsed(ROOT / package / '__init__.py')
        names = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
        explained = set(re.findall(r'`(?:await )?(\w+)', text('docs/components.md')))
        assert names <= explained, package


def test_every_endpoint_and_every_error_code_is_explained() -> None:
    nothing: Any = None
    auth: Any = SimpleNamespace(settings=Settings())
    api: Any = FrontendApi(auth, nothing, nothing, nothing, nothing)
    written = text('docs/frontend-api.md') + text('docs/backend-api.md')
    paths = {*api._fixed, '/v1/client/sessions/{id}/remove', '/v1/me/sessions/{id}/revoke',
             '/v1/client/sessions/{id}/verify'}

    assert [path for path in paths if f'{path}`' not in written] == []
    for one in OPERATIONS:
        path = re.sub(r'{\w+}', '{id}', one.path)
        assert f'`{one.method} /backend/v1{path}`' in written
        assert all(f'`{parameter.name}' in written for parameter in one.query)
    codes = {kind.code for kind in kinds(AuthError) if kind.__module__.startswith('auth.')}
    assert codes - {NotAllowed.code} <= set(re.findall(r'`(\w+)`', written))  # no endpoint is for administrators


def test_every_line_of_the_log_has_the_name_of_an_event_and_all_are_explained() -> None:
    explained = set(re.findall(r'`(\w+)`', text('docs/monitoring.md').partition('## The log')[2]))

    for file in [*ROOT.glob('auth/**/*.py'), *ROOT.glob('models/**/*.py'), *ROOT.glob('pages/**/*.py')]:
        for node in ast.walk(parsed(file)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                    and node.func.attr in {'info', 'warning', 'error', 'exception', 'critical'}
                    and isinstance(node.func.value, ast.Name) and node.func.value.id in {'log', 'app_log'}):
                continue
            given = ast.unparse(next((word.value for word in node.keywords if word.arg == 'extra'), ast.Constant('')))
            event = re.match(r"\{'event': '(\w+)'", given)
            assert event, f'{file}:{node.lineno} says no event'
            assert event[1] in explained, event[1]
