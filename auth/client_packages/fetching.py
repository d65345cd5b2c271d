"""Fetches a package through the program ``npm``, so that the registry and the proxy of its user's settings count."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from .pinned import KINDS, ClientPackage

FETCH_SECONDS = 300
"""How long npm may take for a package of a few megabytes; it tries again by itself while the network is away."""

_ROOT = 'package'
"""The folder in a tarball of npm's that holds all the rest."""

_SAID_OF_A_FAILURE = 300


class CannotFetch(Exception):
    """A package can't be fetched; the message says why, and what to do. Nothing was written."""


def fetch(package: ClientPackage, folder: Path) -> Path:
    """Fetch a package, check that it is what was published, and write what browsers load of it. Blocks.

    It is there as a whole or not at all, whatever happens meanwhile.

    :param folder: holds all packages
    :return: where its files are
    :raises CannotFetch: if there is no npm, npm fails, or what came is something else
    :raises OSError: if the folder can't be written
    """
    target = package.folder_in(folder.resolve())  # npm runs elsewhere
    npm = shutil.which('npm')
    if npm is None:
        raise CannotFetch('There is no program npm here, which fetches packages and comes with Node.js. Install it and '
                          'try again, or copy the folder from a machine where this was done.')
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix='.fetching-') as name:
        tarball = _packed(npm, package, Path(name))
        _check(package, tarball)
        unpacked = Path(name) / 'unpacked'
        _unpack(tarball, unpacked)
        if not (unpacked / package.begins_with).is_file():
            raise CannotFetch(f'{package.spec} holds no {package.begins_with}. Nothing was written.')
        if target.exists():
            target.rename(Path(name) / 'before')
        unpacked.rename(target)
    return target


def _packed(npm: str, package: ClientPackage, folder: Path) -> Path:
    """Have npm write the tarball into a folder; none of its scripts is run."""
    command = [npm, 'pack', '--ignore-scripts', '--pack-destination', str(folder), package.spec]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors='replace',  # noqa: S603
                              timeout=FETCH_SECONDS, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise CannotFetch(f'npm has not fetched {package.spec} within {FETCH_SECONDS} s. Is there a network? '
                          'Nothing was written.') from None
    tarballs = [*folder.glob('*.tgz')]
    if done.returncode or len(tarballs) != 1:
        said = ' '.join(line.split('npm error', 1)[-1].strip() for line in done.stderr.splitlines()
                        if line.startswith('npm error') and 'log of this run' not in line)
        raise CannotFetch(f'npm could not fetch {package.spec} ({said[:_SAID_OF_A_FAILURE].strip() or "no reason"}). '
                          'Look at the network and at npm\'s own settings. Nothing was written.')
    return tarballs[0]


def _check(package: ClientPackage, tarball: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f'sha512-{digest}' != package.integrity:
        raise CannotFetch(f'What npm has fetched as {package.spec} is not what was published as that: its checksum is '
                          'another one. Nothing was written. Look at the registry in npm\'s settings.')


def _unpack(tarball: Path, target: Path) -> None:
    """Write the licence and what browsers load. The checksum says that a tarball is the right one; even so, none of
    its names leads out of the folder."""
    target.mkdir()
    with tarfile.open(tarball) as packed:
        for member in packed:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.parts[:1] != (_ROOT,) or '..' in path.parts or not _is_wanted(path):
                continue
            file = target.joinpath(*path.parts[1:])
            file.parent.mkdir(parents=True, exist_ok=True)
            if (content := packed.extractfile(member)) is not None:
                file.write_bytes(content.read())


def _is_wanted(path: PurePosixPath) -> bool:
    """Browsers load what is in ``dist`` itself; below it is what bundlers take, from npm."""
    in_dist = path.parts[1:-1] == ('dist',)
    return path.parts[1:] == ('LICENSE',) or (in_dist and path.suffix in KINDS)
