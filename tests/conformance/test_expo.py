"""Clerk's client for phones, @clerk/expo, with a sign-out button as Clerk's guide has one: in Node, without a phone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.browser.devices import a_new_address
from tests.conformance.conftest import NewBrowser
from tests.conformance.installed import npm_project
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

pytestmark = either_store

PACKAGES = {'@clerk/expo': '4.6.6', '@clerk/clerk-js': '6.40.0', 'react': '19.1.0', 'react-dom': '19.1.0',
            'react-test-renderer': '19.1.0'}
PHONE = Path(__file__).parent / 'expo'


@pytest.fixture(scope='session')
def expo() -> Path:
    """Where the packages are."""
    return npm_project('expo', PACKAGES)


def run(expo: Path, *given: str) -> dict[str, Any]:
    """Run the app; give what it saw."""
    done = subprocess.run(['node', '--conditions=react-native', str(PHONE / 'run.cjs'), *given], capture_output=True,
                          text=True, timeout=2 * PATIENCE_SECONDS, check=False, env={
                              **os.environ, 'NODE_PATH': str(expo / 'node_modules'), 'NODE_ENV': 'test'})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


async def test_a_phone_signs_in_sees_its_devices_and_signs_out(expo: Path, new_browser: NewBrowser, clerk_server: Server
                                                              ) -> None:
    laptop = await new_browser()
    there = await laptop.sign_up(address := a_new_address())
    key = (await (await laptop.context.request.get(f'{clerk_server.url}/clerk')).text()).split('key="')[1].split('"')[0]

    saw = run(expo, clerk_server.url, key, address, PASSWORD)

    assert sorted(one['id'] for one in saw['devices']) == sorted([there, saw['session']])
    assert (saw['left'], saw['opened']) == (0, ['app:///'])
    assert [one for one in saw['asked'] if one.startswith('DELETE')] == ['DELETE /v1/client/sessions']
    assert clerk_server.sql('SELECT status FROM session WHERE id = ?', saw['session']) == [('removed',)]
    assert clerk_server.sql('SELECT status FROM session WHERE id = ?', there) == [('active',)]
