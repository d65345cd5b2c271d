"""What a machine does not have is installed once, however many workers need it at the same moment."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tests.debian import find_or_install

APT_GET = '''#!/bin/sh
cd "$(dirname "$0")"
mkdir running || exit 100  # another one holds its lock
echo "$@" >> asked
sleep 0.2
case "$*" in *second*) echo '#!/bin/sh' > program && chmod +x program;; esac
rmdir running
'''


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the programs of a machine whose apt-get, as the real one, refuses to run twice at once."""
    monkeypatch.setattr(os, 'geteuid', lambda: 0)
    monkeypatch.setenv('PATH', f'{tmp_path}{os.pathsep}{os.environ["PATH"]}')
    (tmp_path / 'apt-get').write_text(APT_GET, encoding='utf-8')
    (tmp_path / 'apt-get').chmod(0o700)
    return tmp_path


async def test_several_at_once_all_find_what_one_has_installed(machine: Path) -> None:
    def needed() -> str | None:
        return find_or_install(lambda: shutil.which('program', path=str(machine)), 'first', 'second', 'third')

    found = await asyncio.gather(*(asyncio.to_thread(needed) for _ in range(4)))

    assert found == [str(machine / 'program')] * 4
    assert [line.split()[-1] for line in (machine / 'asked').read_text().splitlines()] == ['update', 'first', 'second']


async def test_what_cannot_be_installed_is_not_found(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_or_install(lambda: None, 'first') is None

    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    (machine / 'asked').unlink()

    assert find_or_install(lambda: None, 'first') is None
    assert not (machine / 'asked').exists()  # nobody but root may
