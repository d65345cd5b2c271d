"""What is started for an engine ends with the block that started it, and with the process that runs the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.programs import ROOT, clean_environment

from .processes import family, home, wait_until

WITH_A_CHILD = 'sh', '-c', 'sleep 600 & echo $$ > "$0"; wait'
OF_ANOTHER_PROCESS = f'''
import os, sys, time
from pathlib import Path
from tests.engines.processes import family
with family(*{WITH_A_CHILD!r}, sys.argv[1], environment=os.environ, log=Path(os.devnull)):
    time.sleep(600)
'''


def group_of(told: Path) -> int:
    wait_until(lambda: told.exists() and told.read_text().endswith('\n'))
    return os.getpgid(int(told.read_text()))


def is_gone(group: int) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(group, 0)
        return False
    return True


def test_it_ends_with_all_that_it_has_started_when_the_test_fails(tmp_path: Path) -> None:
    told = tmp_path / 'told'
    with (suppress(ZeroDivisionError), home() as (folder, environment),
          family(*WITH_A_CHILD, f'{told}', environment=environment, log=folder / 'log')):
        group = group_of(told)
        raise ZeroDivisionError

    assert is_gone(group)
    assert not folder.exists()


def test_it_ends_with_all_that_it_has_started_when_the_tests_are_killed(tmp_path: Path) -> None:
    told = tmp_path / 'told'
    with subprocess.Popen([sys.executable, '-c', OF_ANOTHER_PROCESS, f'{told}'], cwd=ROOT,
                          env=clean_environment()) as tests:
        group = group_of(told)
        tests.send_signal(signal.SIGKILL)

    wait_until(lambda: is_gone(group))
