"""A run of the tests that is told to end leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.engines.processes import wait_until
from tests.patience import PATIENCE_SECONDS
from tests.programs import ROOT, clean_environment, end


def test_a_run_that_is_told_to_end_takes_its_database_server_with_it() -> None:
    with tempfile.TemporaryDirectory(prefix='live-sessions-run-') as name:
        Path(name).chmod(0o755)  # the server runs as somebody else
        environment = clean_environment(tmpdir=name)
        environment.pop('TEST_DATABASE_URL', None)
        run = subprocess.Popen([sys.executable, '-m', 'pytest', '-n', '1', 'tests/test_house.py'], cwd=ROOT,
                               env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            # initdb is at work then, and has started a server that writes more.
            wait_until(lambda: list(Path(name).glob('live-sessions-postgres-*/data/base/4')), PATIENCE_SECONDS)
            run.send_signal(signal.SIGTERM)
            run.wait(PATIENCE_SECONDS)
            left = list(Path(name).glob('live-sessions-postgres-*'))
        finally:
            end(run)

    assert left == []
