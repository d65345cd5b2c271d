"""Programs that tests run in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.forks import Forked

ROOT = Path(__file__).parent.parent

SPEED, CHEAP_PASSWORDS = 'TEST_SPEED', 'TEST_CHEAP_PASSWORDS'
"""What the environment may tell tests/apps/serve.py: how many times less everything takes, and cheap passwords."""


def clean_environment(**settings: Any) -> dict[str, str]:
    """The environment of a server: ours, without what would change how NiceGUI behaves."""
    dropped = {'DATABASE_URL', 'HOST', 'PORT', 'PYTHONDONTWRITEBYTECODE'}
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(('NICEGUI_', 'PYTEST_')) and name not in dropped}
    given = {name.upper(): str(value) for name, value in settings.items()}
    return {**kept, 'PYTHONPATH': str(ROOT), **given}


def has_ended(process: subprocess.Popen[Any] | Forked | None) -> bool:
    """Whether a program does not run, be it not yet or no longer."""
    return process is None or process.poll() is not None


def end(process: subprocess.Popen[Any] | Forked) -> None:
    """End a program in good order; one that does not is killed."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_python(code: str, arguments: Iterable[str] = (), **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run a program of a few lines in another process, and wait for it."""
    done = subprocess.run([sys.executable, '-c', code, *arguments], env=clean_environment(**settings), cwd=ROOT,
                          capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done
