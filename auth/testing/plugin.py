"""A plugin for pytest: each test has a store of its own, in a SQLite file, and needs no server of a database.

With ``-p nicegui.testing.user_plugin -p auth.testing.plugin``, NiceGUI's fixture ``user`` runs the app on that store.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from .browser import Device, Site, chromium, served


@pytest.fixture(autouse=True)
def fresh_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the app have a new store, by the name that NiceGUI's ``User`` calls it; returns the URL of the store."""
    url = f'sqlite:///{tmp_path / "live-sessions.db"}'
    for name, value in (('DATABASE_URL', url), ('ALLOWED_HOSTS', 'test'), ('PUBLIC_URL', '')):
        monkeypatch.setenv(name, value)
    return url


@pytest.fixture
async def site(fresh_store: str, tmp_path: Path, pytestconfig: pytest.Config) -> AsyncGenerator[Site]:
    """The app in a process of its own, as ``python main.py`` serves it; the ini option ``main_file`` names another."""
    main_file = pytestconfig.rootpath / (pytestconfig.getini('main_file') or 'main.py')
    async with served(main_file, fresh_store, tmp_path / 'site.log') as site:
        yield site


@pytest.fixture
async def device(site: Site) -> AsyncGenerator[Device]:
    """A browser with cookies of its own: ``tab = await device.tab('/')``; needs the package playwright."""
    async with chromium() as browser:
        yield Device(await browser.new_context(), site)
