"""The benchmarks run and print what they promise; what they measure is judged by people, on a quiet machine."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.programs import ROOT, clean_environment


def run(name: str, *arguments: str) -> str:
    """Run a benchmark as the README says; returns what it printed."""
    done = subprocess.run([sys.executable, f'benchmarks/{name}.py', *arguments], cwd=ROOT, env=clean_environment(),
                          capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(printed: str) -> dict[str, list[float]]:
    """The rows of the table, by what is measured."""
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in printed.splitlines()
             if line.startswith('| ')]
    return {row[0]: [float(cell) for cell in row[1:]] for row in cells[1:]}


def rows_of_tables(printed: str) -> dict[str, list[float]]:
    """The rows of several tables, without those that name the columns."""
    tables = [rows(table) for table in printed.split('\n\n') if table.startswith('| ')]
    return {name: row for table in tables for name, row in table.items()}


def test_sign_out_measures_all_ways_and_compares_them_with_bare_nicegui() -> None:
    printed = run('sign_out', '--rounds', '2')

    found = rows(printed)
    assert len(found) == 5
    assert all(0 < p50 <= p95 <= p99 <= most for p50, p95, p99, most in found.values())
    assert len(re.findall(r'ours / bare NiceGUI with .*: [\d.]+ at p50, [\d.]+ at p99', printed)) == 2


def test_requests_measures_the_api_and_a_page_beside_bare_ones() -> None:
    printed = run('requests', '--seconds', '1')

    cells = re.findall(r'\| +(\d+) +\| ([\d.]+) +\| ([\d.]+) +\|', printed)
    assert [int(connections) for connections, _, _ in cells] == [1, 1, 16, 16, 1, 1]
    assert all(float(rate) > 0 and float(p99) > 0 for _, rate, p99 in cells)
    assert re.search(r'page with the guard / page without: [\d.]+', printed)


def test_fan_out_measures_many_tabs_and_idle_ones_beside_bare_nicegui() -> None:
    found = rows_of_tables(run('fan_out', '--tabs', '1', '3', '--rounds', '1', '--idle', '4', '--idle-seconds', '1'))

    assert list(found) == ['1 tabs, 1 a device', '3 tabs, 1 a device', '1 tabs, 3 a device', '3 tabs, 3 a device',
                           'ours', 'bare NiceGUI']
    assert all(number >= 0 for row in found.values() for number in row)


@pytest.mark.parametrize(('name', 'arguments', 'measured'), [
    ('hashing', ('--hashes', '16'), ['19 MiB, t=2 (chosen)', '46 MiB, t=1', '64 MiB, t=3']),
    ('commits', ('--rounds', '5'), ['FULL (chosen)', 'NORMAL']),
])
def test_the_choices_that_were_measured_are_printed_with_their_alternatives(
        name: str, arguments: tuple[str, ...], measured: list[str]) -> None:
    found = rows(run(name, *arguments))

    assert list(found) == measured
    assert all(number >= 0 for row in found.values() for number in row)


def test_administration_reads_the_lists_of_both_stores() -> None:
    printed = run('administration', '--sessions', '100', '--rounds', '2')

    assert '100 sessions of 20 users' in printed
    assert printed.count('sessions, a page in the middle') == 2


def test_validation_measures_both_stores_at_every_size_and_prints_how_rows_are_found() -> None:
    printed = run('validation', '--sessions', '10', '100', '--seconds', '0.1', '--sign-outs', '5')

    sqlite, postgres = printed.split('\nPostgreSQL\n')
    for part in (sqlite, postgres):
        found = rows_of_tables(part.strip())
        assert list(found) == ['10', '100']
        assert all(number > 0 for row in found.values() for number in row)
        assert re.search(r'100 / 10 sessions: look-up [\d.]+ at p50', part)
    assert 'SEARCH client USING INDEX' in sqlite
    assert 'on client' in postgres


def test_processes_measures_one_and_two_of_them_on_both_stores() -> None:
    printed = run('processes', '--rounds', '2', '--rates', '2')

    found = rows_of_tables(printed)
    assert list(found) == [
        'SQLite, one process', 'SQLite, two processes', 'PostgreSQL, one process', 'PostgreSQL, two processes',
        'SQLite, 2 ends a second', 'PostgreSQL, 2 ends a second']
    assert all(0 < row[0] <= row[-1] for row in found.values())


def test_memory_measures_people_and_programs() -> None:
    found = rows(run('memory', '--minutes', '0.03'))

    assert list(found) == ['8 people', 'a flood', 'sockets that never join']
    for pages, _, first, second, last, ratio in found.values():
        assert pages > 0
        assert min(first, second, last) > 0
        assert ratio == pytest.approx(last / first, abs=0.01)


def test_notify_measures_writers_with_and_without_notes() -> None:
    found = rows(run('notify', '--writers', '1', '2', '--seconds', '1', '--rounds', '1'))

    assert list(found) == ['PostgreSQL, 1 writers', 'PostgreSQL, 2 writers', 'SQLite, 1 writers']
    assert all(number > 0 for row in found.values() for number in row)


def test_recovery_measures_every_fault_until_hidden_and_until_right_again() -> None:
    found = rows(run('recovery', '--rounds', '1'))

    assert len(found) == 4
    assert all(0 <= hidden <= 5 and 0 < right < 60 for hidden, _, right, _ in found.values())
