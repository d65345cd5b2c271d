"""Whether the engines are there. They come from the system, and only the tests of this folder need them."""

from __future__ import annotations

import shutil

import pytest

FIREFOX = ('firefox-esr', 'firefox')
_PACKAGES = {'webkit2gtk-driver': ('WebKitWebDriver',), 'xvfb': ('Xvfb',), 'firefox-esr': FIREFOX}
"""The programs that the tests start, or another name of each, by the package that has them on Debian."""


def check_installed() -> None:
    """Refuse to start without them.

    :raises pytest.UsageError: if one is missing; it says what to install
    """
    missing = {package: names[0] for package, names in _PACKAGES.items() if not any(map(shutil.which, names))}
    if missing:
        raise pytest.UsageError(f'tests/engines needs {", ".join(missing.values())}, not found in PATH. '
                                f'On Debian: apt-get install {" ".join(missing)}')
