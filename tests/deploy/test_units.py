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
from sqlalchemy import make_url

from auth import Settings
from tests.forking import Program
from tests.forks import fork
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import ROOT, clean_environment, end

DEPLOY = ROOT / 'deploy'
INSTALLED = '/opt/live-sessions'

# What a process takes that has just started and hashes passwords, what docs/performance.md says of a tab, and how many
# tabs in which nothing happens keep a core busy.
BARE_MIB, KIB_OF_A_TAB, TABS_OF_A_CORE = 174, 208, 5000


class Unit(configparser.ConfigParser):
    """A file in which small letters are not capital ones."""

    def optionxform(self, optionstr: str) -> str:
        """Leave a name as it is."""
        return optionstr


@pytest.fixture(scope='module')
def unit() -> configparser.ConfigParser:
    """The unit of one process."""
    parser = Unit(strict=False, interpolation=None)
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


@pytest.mark.parametrize('host', ['0.0.0.0', '::', '[::1]'])  # noqa: S104
def test_a_process_counts_as_started_wherever_it_listens(tmp_path: Path, host: str) -> None:
    settings = {'host': host, 'allowed_hosts': 'sessions.example.com'}
    port, environment, log = str(free_port()), clean_environment(**settings), str(tmp_path / 'log')
    waiting = subprocess.Popen([sys.executable, str(DEPLOY / 'wait_for.py'), port], env=environment)
    serving = fork(Program([str(ROOT / 'main.py'), '--port', port], str(tmp_path), log, environment, []))
    try:
        assert waiting.wait(90) == 0, Path(log).read_text(encoding='utf-8')
    finally:
        end(waiting)
        end(serving)


def test_a_process_counts_as_started_when_it_answers_and_ends_in_time(
        unit: configparser.ConfigParser, environment: dict[str, str], tmp_path: Path) -> None:
    port, service = free_port(), unit['Service']
    settings = clean_environment(**{**environment, 'database_url': f'sqlite:///{tmp_path}/live.db'})

    with subprocess.Popen(command(service['ExecStart'], port), cwd=tmp_path, env=settings) as process:
        try:
            subprocess.run(command(service['ExecStartPost'], port), cwd=tmp_path, env=settings, check=True,
                           timeout=float(service['TimeoutStartSec']))
            answer = httpx.get(f'http://127.0.0.1:{port}/', timeout=PATIENCE_SECONDS)
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


def test_a_process_talks_to_this_machine_only_unless_it_is_told_of_others(
        unit: configparser.ConfigParser, environment: dict[str, str]) -> None:
    service = unit['Service']

    assert service['IPAddressDeny'] == 'any'
    assert service['IPAddressAllow'] == 'localhost'
    assert make_url(environment['DATABASE_URL']).host == environment['TRUSTED_PROXIES'] == '127.0.0.1'
    assert 'IPAddressAllow=' in (DEPLOY / 'README.md').read_text(encoding='utf-8')  # how to tell it


def test_a_process_can_take_what_a_core_can_serve_and_not_the_whole_machine(unit: configparser.ConfigParser) -> None:
    service = unit['Service']
    number, measure = service['MemoryMax'][:-1], service['MemoryMax'][-1]

    most_mib = BARE_MIB + TABS_OF_A_CORE * KIB_OF_A_TAB / 1024
    assert measure == 'M'
    assert most_mib * 1.2 < int(number) < most_mib * 1.5
    assert service['MemorySwapMax'] == '0'
    assert 'MemoryHigh' not in service  # it would slow a process down until no tab hears it, and not end it
    assert service['Restart'] == 'always'


def test_a_process_sees_no_other_users_and_none_of_their_processes(unit: configparser.ConfigParser) -> None:
    service = unit['Service']

    assert service['PrivateUsers'] == 'yes'
    assert (service['ProtectProc'], service['ProcSubset']) == ('invisible', 'pid')
    assert service['UMask'] == '0077'
