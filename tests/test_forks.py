"""What was forked ends with whoever asked for it, also where that is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from tests.engines.processes import wait_until
from tests.patience import PATIENCE_SECONDS
from tests.programs import ROOT, clean_environment, end

ASKS = """
import sys, time
from pathlib import Path
from tests.forking import Program
from tests.forks import Forker
folder = Path(sys.argv[1])
(folder / 'sleep.py').write_text('import time; time.sleep(600)')
forker = Forker([sys.executable, '-m', 'tests.forking'], Path(), None)
program = forker.fork(Program([str(folder / 'sleep.py')], str(folder), str(folder / 'log'), {}, []))
print(program.pid, flush=True)
time.sleep(600)
"""


def test_what_was_forked_ends_with_whoever_asked_for_it_although_that_is_killed(tmp_path: Path) -> None:
    asking = subprocess.Popen([sys.executable, '-c', ASKS, tmp_path], cwd=ROOT, env=clean_environment(), text=True,
                              stdout=subprocess.PIPE)
    assert asking.stdout
    try:
        pid = int(asking.stdout.readline())
        lived = psutil.pid_exists(pid)
        asking.kill()
        wait_until(lambda: not psutil.pid_exists(pid), PATIENCE_SECONDS)
    finally:
        end(asking)
        asking.stdout.close()

    assert lived
