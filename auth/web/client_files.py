"""``/npm/@clerk/…``: the client libraries that ``python -m auth clients fetch`` has put into a folder.

The paths are those at which Clerk's own loaders look, below whatever they were told is their server. The files are
public, and the same for everybody, so any site may load them.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import BinaryIO

from ..client_packages.pinned import CLIENT_PACKAGES, KINDS, ClientPackage
from ..requests.asgi import SAFE_METHODS, Scope, Send, header
from .answers import send_answer

CLIENT_FILES = '/npm/@clerk/'
"""How the paths begin."""

_PATH = re.compile(r'/npm/(?P<name>@clerk/[a-z-]+)@(?P<version>[\w.]+)/(?P<file>dist/[\w-][\w.-]*)', re.ASCII)
"""One name without a dot in front, so it leads nowhere else."""

PART_BYTES = 64 * 1024
"""Of a file that are read at once."""

_FOR_GOOD = b'public, max-age=31536000, immutable'
_FOR_A_WHILE = b'public, max-age=300'
"""For an address that names no exact version: it means another file after an upgrade."""

_FOR_ANY_SITE = ((b'access-control-allow-origin', b'*'), (b'cross-origin-resource-policy', b'cross-origin'))


class ClientFiles:
    """Serves what is in the folder, and nothing else.

    :param folder: where packages are; it may be filled while the server runs
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, path: str) -> bool:
        """Tell whether there is a file for a path."""
        return self._find(path) is not None

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer a request for what is below ``CLIENT_FILES``."""
        if scope['method'] not in SAFE_METHODS:
            await send_answer(send, 405, 'Such files can only be read.', (b'allow', b'GET, HEAD'))
            return
        found = self._find(scope['path'])
        if found is None:
            await send_answer(send, 404, self._why_not(scope['path']), *_FOR_ANY_SITE)
            return
        file, for_good = found
        with await asyncio.to_thread(file.open, 'rb') as opened:
            await self._send(opened, KINDS[file.suffix], for_good, scope, send)

    async def _send(self, opened: BinaryIO, kind: str, for_good: bool, scope: Scope, send: Send) -> None:
        """Send a file part by part: the server holds no more of it for whoever reads slowly, and anybody may ask."""
        stat = os.fstat(opened.fileno())
        tag = f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"'.encode()
        headers = [(b'etag', tag), (b'cache-control', _FOR_GOOD if for_good else _FOR_A_WHILE), *_FOR_ANY_SITE]
        if tag.decode() in (header(scope, b'if-none-match') or ''):
            await send({'type': 'http.response.start', 'status': 304, 'headers': headers})
            await send({'type': 'http.response.body', 'body': b''})
            return
        await send({'type': 'http.response.start', 'status': 200, 'headers': [
            (b'content-type', kind.encode()), (b'content-length', str(stat.st_size).encode()), *headers]})
        part = b'' if scope['method'] == 'HEAD' else await asyncio.to_thread(opened.read, PART_BYTES)
        while part:
            await send({'type': 'http.response.body', 'body': part, 'more_body': True})
            part = await asyncio.to_thread(opened.read, PART_BYTES)
        await send({'type': 'http.response.body', 'body': b''})

    def _find(self, path: str) -> tuple[Path, bool] | None:
        """Find the file for a path, and tell whether the path names it for good."""
        asked = _PATH.fullmatch(path)
        package = asked and self._package(asked)
        if not asked or not package:
            return None
        folder = package.folder_in(self._folder)
        file = folder / asked['file']
        if file.suffix not in KINDS or not file.is_file():
            return None
        # A link in the folder that leads elsewhere is not followed.
        inside = file.resolve().is_relative_to(folder.resolve())
        return (file, asked['version'] == package.version) if inside else None

    def _package(self, asked: re.Match[str]) -> ClientPackage | None:
        package = CLIENT_PACKAGES.get(asked['name'])
        return package if package is not None and package.is_called(asked['version']) else None

    def _why_not(self, path: str) -> str:
        asked = _PATH.fullmatch(path)
        package = asked and self._package(asked)
        if package and not package.is_in(self._folder):
            return (f'{package.spec} is not here yet. Whoever runs this server fetches it with: '
                    'python -m auth clients fetch')
        there = ', '.join(package.spec for package in CLIENT_PACKAGES.values())
        return f'There is no such file. This server has {there}, and of these what browsers load.'
