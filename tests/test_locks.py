"""Locks are held by one process of this machine at a time."""

from __future__ import annotations

from pathlib import Path

from tests.locks import lock_for_good
from tests.programs import run_python

TRY = 'import sys; from tests.locks import lock_for_good; print(lock_for_good(sys.argv[1]))'


def test_a_lock_is_held_by_one_process_and_free_again_when_it_has_ended(tmp_path: Path) -> None:
    name = f'test-{tmp_path.parent.name}-{tmp_path.name}'

    before = [run_python(TRY, [name]).stdout for _ in range(2)]  # each process ends with the lock in its hands
    here, meanwhile = lock_for_good(name), run_python(TRY, [name]).stdout

    assert before == ['True\n', 'True\n']
    assert (here, meanwhile) == (True, 'False\n')
