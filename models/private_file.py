"""A file for its owner alone: whoever can read the store has every address, and every hash to guess at."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

log = logging.getLogger('live_sessions')

_FILE = 0o600
_FOLDER = 0o700
_WITH = ('', '-wal', '-shm', '-journal')
"""What SQLite keeps beside its file. It makes them with the rights of that file, whatever the umask."""


def make_private(path: Path) -> None:
    """Make an empty file and the folders that it needs, at no moment open to others; what is there stays as it is.

    :raises OSError: if it can't be made
    """
    for folder in reversed(path.parents):
        if not folder.is_dir():
            with suppress(FileExistsError):  # another process was quicker, or what follows fails
                folder.mkdir(_FOLDER)
                with suppress(PermissionError):  # not every file system has modes
                    folder.chmod(_FOLDER)  # with what the umask has taken from the owner
    try:
        made = os.open(os.path.realpath(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, _FILE)  # where SQLite looks, too
    except FileExistsError:
        return
    with suppress(OSError):
        if os.name != 'nt':
            os.fchmod(made, _FILE)
    os.close(made)


def close_to_others(path: Path) -> None:
    """Close a database that everybody may open, as earlier versions made it, to all but its owner; the log says so.

    Where it is closed to everybody, somebody has chosen which group may open it, and it stays as it is. Nothing is
    opened here: to close it again would let go of SQLite's locks on it.
    """
    file = os.path.realpath(path)
    open_to_others = [name for name in (file + end for end in _WITH) if _others_may_open(name)]
    for name in open_to_others:
        with suppress(OSError):
            Path(name).chmod(_FILE & Path(name).stat().st_mode)
    left = [name for name in open_to_others if _others_may_open(name)]
    if left:
        log.warning('The database %s can be opened by everybody on this machine, who find addresses and hashes of '
                    'passwords in it. Whoever owns it can change that: chmod 600 %s', file, ' '.join(left),
                    extra={'event': 'store_file_open_to_others'})
    elif open_to_others:
        log.warning('The database %s could be opened by everybody on this machine; now only its owner can.', file,
                    extra={'event': 'store_file_closed_to_others'})


def _others_may_open(name: str) -> bool:
    if os.name == 'nt':  # which has no such modes
        return False
    with suppress(FileNotFoundError):
        mode = Path(name).stat().st_mode
        return stat.S_ISREG(mode) and bool(mode & stat.S_IRWXO)
    return False
