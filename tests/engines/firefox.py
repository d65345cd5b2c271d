"""Firefox, headless: by WebDriver BiDi, which it speaks itself, so that no driver has to be installed."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.patience import PATIENCE_SECONDS

from .engine import Actions, Engine
from .installed import FIREFOX
from .processes import family, home, wait_until

_PREFERENCES = {
    'browser.newtabpage.enabled': False,
    'browser.startup.page': 0,
    'dom.ipc.processPrelaunch.enabled': False,
    # It asks nobody for anything but the pages of a test.
    'app.normandy.enabled': False,
    'app.update.disabledForTesting': True,
    'browser.safebrowsing.blockedURIs.enabled': False,
    'browser.safebrowsing.downloads.enabled': False,
    'browser.safebrowsing.malware.enabled': False,
    'browser.safebrowsing.phishing.enabled': False,
    'browser.search.update': False,
    'browser.topsites.contile.enabled': False,
    'datareporting.policy.dataSubmissionEnabled': False,
    'dom.push.connection.enabled': False,
    'extensions.getAddons.cache.enabled': False,
    'extensions.systemAddon.update.enabled': False,
    'extensions.update.enabled': False,
    'network.captive-portal-service.enabled': False,
    'network.connectivity-service.enabled': False,
    'services.settings.server': 'data:,',
    'toolkit.telemetry.server': 'data:,',
}


@contextmanager
def firefox() -> Generator[Firefox]:
    """Start it."""
    with home() as (folder, environment):
        preferences = ''.join(f'user_pref("{name}", {json.dumps(value)});\n' for name, value in _PREFERENCES.items())
        (folder / 'user.js').write_text(preferences, encoding='utf-8')
        command = (next(filter(shutil.which, FIREFOX)), '--headless', '--no-remote', '--profile', f'{folder}')
        with family(*command, '--remote-debugging-port', '0', log=folder / 'firefox.log',
                    environment={**environment, 'MOZ_CRASHREPORTER_DISABLE': '1'}):
            listens = folder / 'WebDriverBiDiServer.json'
            wait_until(lambda: _is_written(listens))
            at = json.loads(listens.read_text(encoding='utf-8'))
            with connect(f'ws://{at["ws_host"]}:{at["ws_port"]}/session', max_size=None, proxy=None,
                         open_timeout=PATIENCE_SECONDS, ping_interval=None) as connection:  # it may be busy for long
                yield Firefox(connection)


class Firefox(Engine):
    """Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._user = ''
        self._ask('session.new', capabilities={})

    def is_running(self) -> bool:
        with suppress(ConnectionClosed, OSError):
            return bool(self._ask('session.status'))
        return False

    @contextmanager
    def as_new(self) -> Generator[Engine]:
        self._user = self._ask('browser.createUserContext')['userContext']
        yield self
        self._ask('browser.removeUserContext', userContext=self._user)

    def new_tab(self) -> str:
        return self._ask('browsingContext.create', type='tab', userContext=self._user)['context']

    def go(self, tab: str, url: str) -> None:
        self._ask('browsingContext.navigate', context=tab, url=url, wait='complete')

    def back(self, tab: str) -> None:
        self._ask('browsingContext.traverseHistory', context=tab, delta=-1)

    def run(self, tab: str, function: str, *given: Any) -> Any:
        as_json = f'async (given) => JSON.stringify(await ({function})(...JSON.parse(given)) ?? null)'
        answer = self._ask('script.callFunction', functionDeclaration=as_json, target={'context': tab},
                           arguments=[{'type': 'string', 'value': json.dumps(given)}], awaitPromise=True)
        assert answer['type'] == 'success', answer['exceptionDetails']['text']
        return json.loads(answer['result']['value'])

    def perform(self, tab: str, actions: Actions) -> None:
        self._ask('browsingContext.activate', context=tab)
        self._ask('input.performActions', context=tab, actions=actions)

    def resize(self, tab: str, width: int, height: int) -> None:
        self._ask('browsingContext.setViewport', context=tab, viewport={'width': width, 'height': height})

    def picture(self, tab: str) -> bytes:
        return base64.b64decode(self._ask('browsingContext.captureScreenshot', context=tab)['data'])

    def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._connection.send(json.dumps({'id': number, 'method': method, 'params': parameters}))
        while True:
            answer = json.loads(self._connection.recv(PATIENCE_SECONDS))
            if answer.get('id') == number:
                assert answer['type'] == 'success', answer
                return answer['result']


def _is_written(file: Path) -> bool:
    return file.exists() and file.read_text(encoding='utf-8').endswith('}')
