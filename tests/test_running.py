"""A run of the tests that is told to end leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.engines.processes import wait_until
from tests.patience import PATIENCE_SECONDS
from tests.programs import ROOT, clean_environment, end


@pytest.mark.parametrize('written', ['base/4', 'postmaster.opts'], ids=['initdb is at work', 'it has begun'])
def test_a_run_that_is_told_to_end_takes_its_database_server_with_it(written: str) -> None:
    with tempfile.TemporaryDirectory(prefix='live-sessions-run-') as name:
        Path(name).chmod(0o755)  # the server runs as somebody else
        environment = clean_environment(tmpdir=name)
        environment.pop('TEST_DATABASE_URL', None)
        run = subprocess.Popen([sys.executable, '-m', 'pytest', '-n', '1', 'tests/test_house.py'], cwd=ROOT,
                               env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: list(Path(name).glob(f'live-sessions-postgres-*/data/{written}')), PATIENCE_SECONDS)
            run.send_signal(signal.SIGTERM)
            run.wait(PATIENCE_SECONDS)
            left = list(Path(name).glob('live-sessions-postgres-*'))
        finally:
            end(run)

    assert left == []
