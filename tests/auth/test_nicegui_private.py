"""What auth/live/nicegui_private takes for granted of NiceGUI. An upgrade that changes it fails here, and says what."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import tomllib
from importlib.metadata import version
from pathlib import Path

import nicegui
import nicegui.nicegui as server
import pytest
from nicegui import Client, core, ui
from nicegui.element import Element
from nicegui.elements.dialog import Dialog
from nicegui.elements.input import Input
from nicegui.elements.sub_pages import SubPages
from nicegui.elements.timer import Timer
from nicegui.elements.upload import Upload
from nicegui.functions import style
from nicegui.functions.on import on
from nicegui.javascript_request import JavaScriptRequest
from nicegui.observables import ObservableCollection
from nicegui.outbox import Outbox
from nicegui.page import page
from nicegui.page_arguments import PageArguments
from nicegui.sub_pages_router import SubPagesRouter

from auth.live import nicegui_private
from auth.live.nicegui_private import NICEGUI_VERSION, layout_parts, sub_pages
from auth.live.nicegui_private.page_template import mark_styles, with_nonces
from auth.web.content_policy import NONCE
from tests.programs import ROOT

STATIC = Path(nicegui.__file__).parent / 'static'


def test_the_pinned_version_is_the_one_that_was_looked_at() -> None:
    dependencies = tomllib.loads((ROOT / 'pyproject.toml').read_text())['project']['dependencies']

    assert f'nicegui=={NICEGUI_VERSION}' in dependencies
    assert version('nicegui') == NICEGUI_VERSION, (
        'NiceGUI was upgraded: read the changes of nicegui.py, client.py, outbox.py, sub_pages.py and nicegui.js, '
        'see whether auth/live/nicegui_private still does what it says, and then change its version.')


@pytest.mark.parametrize(('name', 'parameters'), [
    ('_on_connect', ['sid', 'data', '_']), ('_on_handshake', ['sid', 'data']), ('_on_disconnect', ['sid']),
    ('_on_event', ['_', 'msg']), ('_on_javascript_response', ['_', 'msg']), ('_on_ack', ['_', 'msg']),
    ('_on_log', ['_', 'msg']),
])
def test_the_handlers_of_the_socket_are_those_that_are_replaced(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(server, name)).parameters) == parameters


def test_nicegui_listens_to_no_other_event() -> None:
    source = Path(server.__file__).read_text(encoding='utf-8')

    events = {line.split("'")[1] for line in source.splitlines() if line.startswith('@sio.on(')}

    assert events == {'connect', 'handshake', 'disconnect', 'event', 'javascript_response', 'ack', 'log'}
    assert set(core.sio.handlers['/']) <= events
    assert set(core.sio.handlers) == {'/'}


def test_the_hooks_of_sub_pages_are_there() -> None:
    assert list(inspect.signature(SubPages._render_page).parameters) == ['self', 'match']
    assert list(inspect.signature(SubPages._render_404).parameters) == ['self']
    assert list(inspect.signature(SubPages._render_error).parameters) == ['self', '_']
    assert list(inspect.signature(SubPages._find_matching_path).parameters) == ['self']
    assert 'self._match: RouteMatch | None' in inspect.getsource(SubPages.__init__)
    assert 'match = self._find_matching_path()' in inspect.getsource(SubPages._show)
    assert 'with self.clear():' in inspect.getsource(SubPages._show)
    assert 'self._render_page(match)' in inspect.getsource(SubPages._show)
    assert 'with self.clear():' in inspect.getsource(SubPages._set_match)
    assert 'self._active_tasks.add(task)' in inspect.getsource(sub_pages._render_page)
    assert sub_pages._render_page.__qualname__ == 'SubPages._render_page'


def test_where_sub_pages_are_and_what_they_were_asked_for_is_known_by_the_same_names() -> None:
    for part in ('self._router = context.client.sub_pages_router', "self._rendered_path = ''", 'self._root_path = ',
                 'self._data = ', 'self._active_tasks: set'):
        assert part in inspect.getsource(SubPages.__init__), part
    assert 'self._cancel_active_tasks()' in inspect.getsource(SubPages._handle_delete)
    assert 'self.is_initial_request = ' in inspect.getsource(SubPagesRouter.__init__)


def test_elements_are_removed_in_one_place_and_are_held_by_what_they_observe() -> None:
    assert list(inspect.signature(Client.remove_elements).parameters) == ['self', 'elements']
    assert 'remove_elements(' in inspect.getsource(Element.remove)
    assert 'remove_elements(' in inspect.getsource(Element.clear)
    assert 'self._change_handlers: list' in inspect.getsource(ObservableCollection.__init__)
    with (client := Client(page(''))):
        element = Element()
    del Client.instances[client.id]
    assert all(observed._change_handlers for observed in (element.props, element.classes, element.style))


@pytest.mark.parametrize('module', [one.name for one in pkgutil.iter_modules(nicegui_private.__path__)])
def test_each_module_says_what_it_reaches_into_which_public_way_there_is_and_what_guards_it(module: str) -> None:
    described = importlib.import_module(f'{nicegui_private.__name__}.{module}').__doc__ or ''

    assert 'Private: ' in described
    assert 'Public way: ' in described
    assert 'Guarded by tests/auth/' in described


def test_what_a_page_can_be_given_is_what_the_table_lets_it_ask_for() -> None:
    source = inspect.getsource(PageArguments)

    assert 'param.annotation is cls' in source
    assert 'inspect.signature(match.builder)' in source
    for kind in ('str', 'int', 'float'):
        assert f'param_type is {kind}' in source


def test_what_pages_put_beside_their_place_is_where_it_is_looked_for() -> None:
    assert 'context.client.layout.on(' in inspect.getsource(on)
    assert 'with context.client.layout:' in inspect.getsource(Dialog.__init__)
    assert 'self._event_listeners[listener.id] = listener' in inspect.getsource(Element.on)
    assert 'self.connect_handlers.append(' in inspect.getsource(Client.on_connect)
    assert 'self._path_changed_handlers.append(' in inspect.getsource(SubPagesRouter.on_path_changed)
    assert 'self._instances[request_id] = self' in inspect.getsource(JavaScriptRequest.__init__)
    assert 'self.cancel(with_current_invocation=True)' in inspect.getsource(Timer._handle_delete)


@pytest.mark.parametrize('module', layout_parts.MODULES)
def test_a_part_of_the_layout_is_refused_within_a_page_in_one_place_only(module: str) -> None:
    source = inspect.getsource(importlib.import_module(module))

    assert source.count('require_top_level_layout(self)\n        with context.client.layout:') == 1
    if module.endswith('drawer'):
        assert 'self.value = await context.client.run_javascript(' in source
        assert 'self.client.on_connect(_request_value)' in source


def test_every_script_of_the_template_gets_a_nonce_and_so_does_what_authors_put_into_it() -> None:
    source = (STATIC.parent / 'templates' / 'index.html').read_text(encoding='utf-8')

    changed = with_nonces(source)

    assert changed.count('<script nonce="{{ request.scope[') == changed.count('<script') > 8
    for html in ('head_html', 'body_html'):
        assert source.count(html) == changed.count(f'{{{{ {html} | with_nonce(request.scope[') == 1
    assert "context={\n                'request': request," in inspect.getsource(Client.build_response)


def test_styles_of_authors_are_marked_and_what_only_looks_like_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, 'shared_head_html', '')
    monkeypatch.setattr(style, '_add_javascript', style._add_javascript)
    ui.add_css('.before { color: red }', shared=True)

    mark_styles()
    opened = Client(page('/'), request=None)
    with opened:
        ui.add_css('.of-a-page { color: red }')
        ui.add_head_html('<script>addStyle("forged")</script>')
        ui.add_css('.of-all { color: red }', shared=True)
    heads = opened.head_html
    opened.delete()

    for name in ('.before', '.of-a-page', '.of-all'):
        assert heads.count(f'<script {NONCE}>addStyle("{name}') == 1
    assert heads.count('<script') == 4
    assert '<script>addStyle("forged")' in heads


def test_a_refused_handshake_reloads_the_page() -> None:
    script = (STATIC / 'nicegui.js').read_text(encoding='utf-8')

    assert 'err.message == "Implicit handshake failed"' in script
    assert 'window.socket = io(' in script
    assert 'window.clientId = options.query.client_id' in script
    assert 'window.did_handshake = true' in script


def test_messages_are_kept_for_a_tab_that_comes_back() -> None:
    for part in ('self.message_history: deque', 'self.updates: ', 'self._loaded_components: set'):
        assert part in inspect.getsource(Outbox.__init__)
    assert 'self.messages.appendleft(message)' in inspect.getsource(Outbox.try_rewind)
    assert 'window.location.reload()' in inspect.getsource(Outbox.try_rewind)
    assert "'_id'" in inspect.getsource(Outbox._emit)


def test_the_server_can_be_told_to_ping_more_often() -> None:
    assert 'ping_interval = max(app.config.reconnect_timeout * 0.8, 4)' in inspect.getsource(server._startup)
    assert 'app.start()' in inspect.getsource(server._startup).partition('ping_interval = ')[2]  # ours comes after it


def test_an_input_for_a_password_says_so_in_its_type() -> None:
    assert "self._props['type'] = 'password' if password else 'text'" in inspect.getsource(Input)


def test_an_upload_hands_its_files_to_the_method_that_is_replaced_at_the_address_that_is_guarded() -> None:
    source = inspect.getsource(Upload)

    assert 'await self.handle_uploads(files)' in source
    assert "f'/_nicegui/client/{self.client.id}/upload/{self.id}'" in source
    assert 'handle_uploads' in vars(Upload)


def test_a_page_is_made_of_its_builder_as_it_is_looked_for() -> None:
    made = page('/nowhere')._wrap(test_a_refused_handshake_reloads_the_page)

    assert {'self', 'func'} <= set(made.__code__.co_freevars)
    assert made.__wrapped__.__name__ == test_a_refused_handshake_reloads_the_page.__name__  # pyright: ignore
    assert 'timeout=self.response_timeout' in inspect.getsource(page)
    assert 'Client.page_routes[func] = self.path' in inspect.getsource(page)
    assert 'self._response_built = True' in inspect.getsource(Client.build_response)
    assert 'self._page_exception_handler' in inspect.getsource(type(core.app).on_page_exception)
    assert 'client.build_response(request, client.status_code)' in inspect.getsource(page)
    assert callable(core.app._iter_http_routes)
