"""Programs that tests need and a machine may not have yet: where apt-get may be used, it brings them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

from tests.locks import held

INSTALL_SECONDS = 900


def find_or_install(find: Callable[[], str | None], *packages: str) -> str | None:
    """Find a program, else install one package after the other until it is there.

    Workers begin at the same moment, and apt-get refuses to run twice: whoever comes later waits, and finds it.

    :param find: gives its path, or None
    """
    if (path := find()) or not _may_install():
        return path
    with held('apt-get'):
        if path := find():
            return path
        run('apt-get', 'update')
        for package in packages:
            run('apt-get', 'install', '-y', '--no-install-recommends', package)
            if path := find():
                return path
    return None


def run(*command: str) -> None:
    """Run a command that may fail: what it was for is there afterwards, or is not."""
    environment = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                   timeout=INSTALL_SECONDS)


def _may_install() -> bool:
    return os.name != 'nt' and os.geteuid() == 0 and shutil.which('apt-get') is not None
