"""Which client libraries there are to serve: each in one version, with the checksum of what was published as it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ClientPackage:
    """A package of npm's, in the one version that our tests run with."""

    name: str
    """As npm calls it."""
    version: str
    """Exact, such as ``6.40.0``."""
    integrity: str
    """The SHA-512 of its tarball, as npm writes it: ``sha512-`` and base64."""
    begins_with: str
    """The file that a page loads first; without it, nothing is there."""

    @property
    def spec(self) -> str:
        """How npm is asked for it."""
        return f'{self.name}@{self.version}'

    def is_called(self, version: str) -> bool:
        """Tell whether an address that names ``6``, ``6.40``, ``6.40.0`` or ``latest`` means this."""
        return version == 'latest' or f'{self.version}.'.startswith(f'{version}.')

    def folder_in(self, folder: Path) -> Path:
        """Where its files are, if they were fetched into a folder."""
        return folder / self.name / self.version

    def is_in(self, folder: Path) -> bool:
        """Tell whether it was fetched into a folder."""
        return (self.folder_in(folder) / self.begins_with).is_file()


CLERK_JS = ClientPackage(
    '@clerk/clerk-js', '6.40.0',
    'sha512-2MnZ/ygvuCmeuqfXQmsxfQaLN/SSJvQbtT2cLXbgr5VKr3KmZFZBVvX977fG3eZ6pprl4J9pO+I2bbe6BvColg==',
    'dist/clerk.browser.js')
CLERK_UI = ClientPackage(
    '@clerk/ui', '1.36.0',
    'sha512-uI96zYCh5jISLOt1mdpIPy/Y31P0kwFxjUFOxLUwFfTHFmGUcRjbqN6bbb+75tdI2Bz6ARGws3rhspDer+xIfQ==',
    'dist/ui.browser.js')

CLIENT_PACKAGES: Mapping[str, ClientPackage] = {package.name: package for package in (CLERK_JS, CLERK_UI)}
"""By name."""

KINDS: Mapping[str, str] = {'.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8'}
"""What browsers ask for, by the end of its name."""
