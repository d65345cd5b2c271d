"""What systemd is told: the commands of the unit are run as they are written there, from the folder of the test."""

from __future__ import annotations

import configparser
import shlex
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from auth import Settings
from tests.ports import free_port
from tests.programs import ROOT, clean_environment

DEPLOY = ROOT / 'deploy'
INSTALLED = '/opt/live-sessions'


@pytest.fixture(scope='module')
def unit() -> configparser.ConfigParser:
    """The unit of one process."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(DEPLOY / 'systemd' / 'live-sessions@.service', encoding='utf-8')
    return parser


@pytest.fixture
def environment() -> dict[str, str]:
    """The settings that are shipped."""
    lines = (DEPLOY / 'live-sessions.env').read_text(encoding='utf-8').splitlines()
    return dict(line.split('=', 1) for line in lines if line and not line.startswith('#'))


def command(line: str, port: int) -> list[str]:
    """The words of a command, with this machine's paths in place of those of an installation."""
    words = shlex.split(line.replace('%i', str(port)))
    assert words[0] == f'{INSTALLED}/.venv/bin/python'
    return [sys.executable, *[word.replace(INSTALLED, str(ROOT)) for word in words[1:]]]


def test_a_process_counts_as_started_when_it_answers_and_ends_in_time(
        unit: configparser.ConfigParser, environment: dict[str, str], tmp_path: Path) -> None:
    port, service = free_port(), unit['Service']
    settings = clean_environment(**{**environment, 'database_url': f'sqlite:///{tmp_path}/live.db'})

    with subprocess.Popen(command(service['ExecStart'], port), cwd=tmp_path, env=settings) as process:
        try:
            subprocess.run(command(service['ExecStartPost'], port), cwd=tmp_path, env=settings, check=True,
                           timeout=float(service['TimeoutStartSec']))
            answer = httpx.get(f'http://127.0.0.1:{port}/')
            stopped_at = time.monotonic()
        finally:
            process.terminate()
            process.wait(float(service['TimeoutStopSec']))

    assert answer.status_code == 200
    assert time.monotonic() - stopped_at < float(service['TimeoutStopSec'])


def test_the_settings_that_are_shipped_are_settings_of_the_app(environment: dict[str, str]) -> None:
    assert {name.lower() for name in environment} <= set(Settings.model_fields)
    assert environment['TRUSTED_PROXIES'] == '127.0.0.1'


def test_every_file_that_is_named_is_there(unit: configparser.ConfigParser) -> None:
    for name in ('ExecStart', 'ExecStartPost'):
        assert Path(command(unit['Service'][name], 0)[1]).is_file()
    assert (DEPLOY / 'systemd' / unit['Install']['WantedBy']).is_file()
    assert (DEPLOY / unit['Service']['EnvironmentFile'].rpartition('/')[2]).is_file()
    assert Path(str(unit['Unit']['Documentation']).removeprefix('file://').replace(INSTALLED, str(ROOT))).is_file()
