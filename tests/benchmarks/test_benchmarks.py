"""The benchmarks run and print what they promise; what they measure is judged by people, on a quiet machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from math import isfinite
from pathlib import Path

import pytest

from benchmarks.requests import figures_of_wrk
from benchmarks.support import keeping
from tests.forks import printed_by
from tests.programs import ROOT

NAMES = ('administration', 'clerk_js_live', 'commits', 'counting', 'fan_out', 'guessing', 'hashing', 'installed',
         'load', 'memory', 'notify', 'processes', 'recovery', 'requests', 'sign_out', 'validation')


@pytest.fixture(scope='module', autouse=True)
def _servers() -> Iterator[None]:
    """The benchmarks share the servers that they start."""
    with keeping():
        yield


class Printed:
    """Runs a benchmark with the options that it has for everybody; gives what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def by(self, name: str, *options: str) -> str:
        import_module(f'benchmarks.{name}').main(options)
        return self.capsys.readouterr().out


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """What a benchmark prints."""
    return Printed(capsys)


def cells(printed: str) -> list[list[str]]:
    """The rows of all tables, without those that name the columns."""
    tables = re.findall(r'^\| .*\n\|-.*\n((?:\| .*\n)+)', printed, re.MULTILINE)
    return [[cell.strip() for cell in line.strip('|').split('|')] for rows in tables for line in rows.splitlines()]


def rows(printed: str) -> dict[str, list[float]]:
    """The same, by what is measured."""
    return {row[0]: [float(cell) for cell in row[1:]] for row in cells(printed)}


def is_ratio(ratio: float, figure: float, to: float) -> bool:
    """Whether it is the quotient of two figures, all of them as they are printed: rounded. What is read off two clocks
    may be less than nothing."""
    return abs(ratio * to - figure) <= 0.05 * abs(ratio) + 0.05 + 0.005 * (abs(to) + 0.05)


@pytest.mark.parametrize('name', NAMES)
def test_a_benchmark_tells_what_its_options_mean(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r'^0$'):
        import_module(f'benchmarks.{name}').main(['--help'])

    shown = capsys.readouterr().out
    options = re.findall(r'^  (--[\w-]+)(.*(?:\n {4,}.*)*)', shown, re.MULTILINE)
    assert options
    assert all(re.search(r'(  |\n) *[a-z].*', described) for _, described in options), shown


def test_every_benchmark_is_among_them() -> None:
    found = {path.stem for path in (ROOT / 'benchmarks').glob('*.py') if 'def main(' in path.read_text()}

    assert found == set(NAMES)


def test_a_benchmark_is_run_as_the_readme_says(tmp_path: Path) -> None:
    printed = printed_by(ROOT / 'benchmarks' / 'hashing.py', tmp_path, '--hashes', '2', '--at-once', '2')

    assert list(found := rows(printed)) == ['19 MiB, t=2 (chosen)', '46 MiB, t=1', '64 MiB, t=3'], printed
    assert all(number >= 0 for row in found.values() for number in row)


def test_sign_out_measures_all_ways_and_compares_them_with_bare_nicegui(printed: Printed) -> None:
    shown = printed.by('sign_out', '--rounds', '1', '--warm-up', '0')

    found = rows(shown)
    assert len(found) == 5
    assert all(p50 <= p95 <= p99 <= most for p50, p95, p99, most in found.values()), found  # by two clocks
    ratios = re.findall(r'ours / bare NiceGUI with .*: (-?[\d.]+) at p50, (-?[\d.]+) at p99', shown)
    bare, same, ours, _, _ = found.values()
    assert len(ratios) == 2
    for (at_p50, at_p99), to in zip(ratios, (bare, same), strict=True):
        assert is_ratio(float(at_p50), ours[0], to[0])
        assert is_ratio(float(at_p99), ours[2], to[2])


def test_requests_measures_the_api_and_a_page_beside_bare_ones(printed: Printed) -> None:
    shown = printed.by('requests', '--seconds', '0.1', '--warm-up', '0', '--connections', '1', '2', '--without-wrk')

    found = [[float(cell) for cell in row[1:]] for row in cells(shown)]
    assert [connections for connections, _, _ in found] == [1, 1, 2, 2, 1, 1]
    assert all(rate > 0 and p99 > 0 for _, rate, p99 in found)
    ratio = re.search(r'page with the guard / page without: ([\d.]+)', shown)
    assert ratio
    assert is_ratio(float(ratio[1]), found[4][1], found[5][1])


def test_requests_reads_what_wrk_prints() -> None:
    printed = '    75%    1.00ms\n    99%    2.50ms\n  6592 requests in 1.00s\nRequests/sec:   6591.27\n'

    assert figures_of_wrk(printed) == (6591.27, 2.5)
    assert figures_of_wrk(printed.replace('2.50ms', '250.00us')) == (6591.27, 0.25)
    assert figures_of_wrk(printed.replace('2.50ms', '1.50s')) == (6591.27, 1500)
    with pytest.raises(RuntimeError, match='Non-2xx'):
        figures_of_wrk(f'{printed}  Non-2xx or 3xx responses: 3\n')


def test_fan_out_measures_many_tabs_and_idle_ones_beside_bare_nicegui(printed: Printed) -> None:
    found = rows(printed.by('fan_out', '--tabs', '1', '3', '--rounds', '1', '--warm-up', '0', '--settle', '0.1',
                            '--idle', '4', '--idle-seconds', '0.2', '--idle-settle', '0.2'))

    assert list(found) == ['1 tabs, 1 a device', '3 tabs, 1 a device', '1 tabs, 3 a device', '3 tabs, 3 a device',
                           'ours', 'bare NiceGUI']
    *told, ours, bare = found.values()
    for _, bare_last, ours_median, ours_last, ratio in told:
        assert 0 < ours_median <= ours_last
        assert is_ratio(ratio, ours_last, bare_last)
    assert all(isfinite(cpu) and cpu >= 0 for cpu, _ in (ours, bare))


@pytest.mark.parametrize(('name', 'options', 'measured'), [
    ('commits', ('--rounds', '5'), ['FULL (chosen)', 'NORMAL']),
    ('counting', ('--rounds', '5'), ['sign_out', 'GET /v1/client']),
])
def test_the_choices_that_were_measured_are_printed_with_their_alternatives(
        printed: Printed, name: str, options: tuple[str, ...], measured: list[str]) -> None:
    found = rows(printed.by(name, *options))

    assert list(found) == measured
    assert all(number >= 0 for row in found.values() for number in row)


def test_administration_reads_the_lists_of_both_stores(printed: Printed) -> None:
    shown = printed.by('administration', '--sessions', '100', '--rounds', '2')

    assert '100 sessions of 20 users' in shown
    assert shown.count('sessions, a page in the middle') == 2


def test_validation_measures_both_stores_at_every_size_and_prints_how_rows_are_found(printed: Printed) -> None:
    shown = printed.by('validation', '--sessions', '10', '100', '--seconds', '0.1', '--warm-up', '0',
                       '--sign-outs', '5')

    sqlite, postgres = shown.split('\nPostgreSQL\n')
    for part in (sqlite, postgres):
        found = rows(part)
        assert list(found) == ['10', '100']
        assert all(number > 0 for row in found.values() for number in row)
        ratios = re.search(r'100 / 10 sessions: look-up ([\d.]+) at p50, ([\d.]+) at p99; '
                           r'sign-out ([\d.]+) at p50, ([\d.]+) at p99', part)
        assert ratios
        for ratio, figure, to in zip(ratios.groups(), found['100'][1:], found['10'][1:], strict=True):
            assert is_ratio(float(ratio), figure, to)
    assert 'SEARCH client USING INDEX' in sqlite
    assert 'on client' in postgres


def test_processes_measures_one_and_two_of_them_on_both_stores(printed: Printed) -> None:
    found = rows(printed.by('processes', '--rounds', '2', '--warm-up', '0', '--rates', '20', '--step-seconds', '0',
                            '--step-ends', '2'))

    assert list(found) == [
        'SQLite, one process', 'SQLite, two processes', 'PostgreSQL, one process', 'PostgreSQL, two processes',
        'SQLite, 20 ends a second', 'PostgreSQL, 20 ends a second']
    assert all(0 < row[0] <= row[-1] < float('inf') for row in found.values()), 'a tab was not told'


def test_installed_measures_a_page_with_and_without_accounts(printed: Printed) -> None:
    found = cells(printed.by('installed', '--requests', '3', '--tabs', '3'))

    assert [row[0] for row in found] == ['ms a request, median', 'KiB a tab']
    without, with_it, ratio = map(float, found[0][1:])
    assert min(without, with_it) > 0
    assert is_ratio(ratio, with_it, without)


def test_memory_measures_people_and_programs(printed: Printed) -> None:
    found = rows(printed.by('memory', '--minutes', '0.005', '--people', '2', '--sample-seconds', '0.05'))

    assert list(found) == ['2 people', 'a flood', 'sockets that never join']
    for pages, _, first, second, last, ratio in found.values():
        assert pages > 0
        assert min(first, second, last) > 0
        assert ratio == pytest.approx(last / first, abs=0.01)


def test_notify_measures_writers_with_and_without_notes(printed: Printed) -> None:
    found = rows(printed.by('notify', '--writers', '1', '2', '--sessions', '200', '--ends', '50', '--rounds', '1'))

    assert list(found) == ['PostgreSQL, 1 writers', 'PostgreSQL, 2 writers', 'SQLite, 1 writers']
    for without, told, ratio in found.values():
        assert min(without, told) > 0
        assert is_ratio(ratio, told, without)


def test_recovery_measures_every_fault_until_hidden_and_until_right_again(printed: Printed) -> None:
    found = rows(printed.by('recovery', '--rounds', '1', '--after', '0.1', '0.2', '--times-faster', '5'))

    assert len(found) == 4
    assert all(0 <= hidden <= 5.5 and 0 < right < 60 for hidden, _, right, _ in found.values())


def test_guessing_compares_sign_ins_with_attackers_and_without(printed: Printed) -> None:
    shown = printed.by('guessing', '--attackers', '3', '--seconds', '0.1', '--warm-up', '0', '--pause-seconds', '0.05')

    found = rows(shown)
    ratios = re.findall(r'with attackers / without: ([\d.]+) at p99', shown)
    assert len(found) == 4
    assert all(done >= 1 and 0 < p50 <= p99 and refused == 0 for done, p50, p99, refused in found.values())
    quiet, disturbed = list(found.values())[:2], list(found.values())[2:]
    for ratio, before, after in zip(ratios, quiet, disturbed, strict=True):
        assert is_ratio(float(ratio), after[2], before[2])
    assert re.search(r'the attackers were answered: 422 [1-9]', shown)


def test_load_measures_sign_outs_lag_and_memory_while_people_sign_in_and_others_guess(printed: Printed) -> None:
    shown = printed.by('load', '--minutes', '0.02', '--tabs', '4', '--sign-ins', '5', '--guesses', '30', '--settle',
                       '0', '--sample-seconds', '0.05')

    found = rows(shown)
    assert list(found) == ['sign-out to the other tab', 'sign-in']
    assert all(times >= 1 and 0 < p50 <= p99 for times, p50, p99 in found.values())
    assert re.search(r'late by [\d.]+ ms or less, 99 times of 100', shown)
    assert 'sign-ins refused: 0; sign-outs refused: 0; tabs that lost their connection: 0\n' in shown
    assert re.search(r'guesses: 422 10 times, 429 [1-9]', shown)
    thirds, ratio = re.findall(r'server: ([\d.]+), [\d.]+, ([\d.]+) in', shown)[0], re.search(r'first: ([\d.]+)', shown)
    assert ratio
    assert is_ratio(float(ratio[1]), float(thirds[1]), float(thirds[0]))
