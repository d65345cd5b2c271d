"""What npm brings for these tests, by exact version, into a cache outside the repository."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from auth.client_packages.fetching import fetch
from auth.client_packages.pinned import CLIENT_PACKAGES
from tests.locks import held

CACHE = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'live-sessions-tests'
"""Take it away to begin anew."""

CLIENTS = CACHE / 'clients'
"""What a server is given as its CLIENTS_FOLDER."""

INSTALL_SECONDS = 600
NOT_LATER_THAN = '2026-11-20'
"""What packages depend on is installed as it was then, so it is the same in each run."""

_NEEDS = 'tests/conformance needs npm and node, which come with Node.js, and {} not there.'


def check_installed() -> bool:
    """Tell whether there is what these tests need.

    :raises pytest.UsageError: if there is not, and a run without them would pass for a whole one (CI=true)
    """
    missing = [name for name in ('npm', 'node') if shutil.which(name) is None]
    if not missing:
        return True
    said = _NEEDS.format(f'{" and ".join(missing)} {"is" if len(missing) == 1 else "are"}')
    if os.environ.get('CI', '').lower() in {'true', '1'}:
        raise pytest.UsageError(said)
    print(f'{said} They are left out.')
    return False


def fetch_clients() -> Path:
    """See to it that Clerk's browser libraries are in the cache, as ``python -m auth clients fetch`` does."""
    with held('clients', CACHE):
        for package in CLIENT_PACKAGES.values():
            if not package.is_in(CLIENTS):
                fetch(package, CLIENTS)
    return CLIENTS


def npm_project(name: str, packages: Mapping[str, str]) -> Path:
    """Give a folder in which npm has installed packages; once, however many processes ask. None of their scripts runs.

    :param name: what the folder is for
    :param packages: exact versions by name
    :raises RuntimeError: if npm fails
    """
    wanted = {'name': name, 'private': True, 'dependencies': dict(packages)}
    number = hashlib.sha256(json.dumps([wanted, NOT_LATER_THAN]).encode()).hexdigest()[:12]
    target = CACHE / f'{name}-{number}'
    with held(target.name, CACHE):
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=CACHE, prefix='.installing-') as made:
                _install(Path(made), wanted)
                Path(made).rename(target)
                Path(made).mkdir()  # for what takes it away
    return target


def _install(folder: Path, wanted: Mapping[str, object]) -> None:
    (folder / 'package.json').write_text(json.dumps(wanted), encoding='utf-8')
    done = subprocess.run(
        ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--no-package-lock',
         f'--before={NOT_LATER_THAN}'], cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS,
        stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RuntimeError(f'npm could not install {wanted["dependencies"]}:\n{done.stderr}')
