"""Notes that are told for a session, and what is taken for granted of NiceGUI, Vue and Quasar to take them away."""

from __future__ import annotations

import inspect
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nicegui
from nicegui import Client
from nicegui.elements.notification import Notification
from nicegui.functions.notify import notify
from nicegui.outbox import Outbox

from auth.live.notes import PUBLIC, Notes
from auth.live.state import AuthState

STATIC = Path(nicegui.__file__).parent / 'static'


def page_with(messages: list[Any], history: list[Any]) -> Any:
    """A page that has messages to send, and has sent others."""
    outbox = SimpleNamespace(messages=deque(messages), message_history=deque(history))
    return SimpleNamespace(outbox=outbox, layout=SimpleNamespace(default_slot=SimpleNamespace(children=[])))


def test_what_waits_to_be_sent_or_sent_again_is_dropped_with_the_session_it_was_told_for() -> None:
    state = AuthState('signed_in', 'sess_ann')
    private, public = ('page', 'notify', {'message': 'SECRET'}), ('page', 'notify', {'message': 'Hi', 'attrs': PUBLIC})
    script = ('page', 'run_javascript', {'code': '1'})
    page = page_with([private, script, public], [(7, 0.5, private), (8, 0.5, script), (9, 0.5, public)])
    notes = Notes(page, state)

    notes()
    assert len(page.outbox.messages) == 3
    state.session_id = None
    notes()

    assert list(page.outbox.messages) == [script, public]
    assert [number for number, *_ in page.outbox.message_history] == [7, 8, 9]  # the numbers have no gaps
    assert 'SECRET' not in repr(page.outbox.message_history)
    assert page.outbox.message_history[2][2] is public


def test_what_was_told_to_nobody_stays_when_somebody_signs_in() -> None:
    state = AuthState('signed_out')
    page = page_with([('page', 'notify', {'message': 'Welcome'})], [])
    notes = Notes(page, state)

    state.session_id = 'sess_ann'
    notes()

    assert len(page.outbox.messages) == 1


def test_nicegui_tells_notes_as_it_is_taken_for_granted() -> None:
    assert list(inspect.signature(Outbox.enqueue_message).parameters) == ['self', 'message_type', 'data', 'target_id']
    assert list(inspect.signature(Outbox.enqueue_update).parameters) == ['self', 'element']
    assert "enqueue_message('notify', options, client.id)" in inspect.getsource(notify)
    assert 'with context.client.layout:' in inspect.getsource(Notification.__init__)
    assert "self._props['options']" in inspect.getsource(Notification.__init__)
    assert 'as self.layout' in inspect.getsource(Client.__init__)
    assert 'self.messages.clear()' in inspect.getsource(Outbox.loop)


def test_the_page_is_made_as_the_scripts_of_the_screen_take_for_granted() -> None:
    nicegui_js = (STATIC / 'nicegui.js').read_text(encoding='utf-8')
    vue = (STATIC / 'vue.esm-browser.js').read_text(encoding='utf-8')
    quasar = (STATIC / 'quasar.umd.js').read_text(encoding='utf-8')
    page = (STATIC.parent / 'templates/index.html').read_text(encoding='utf-8')

    assert 'function createApp(elements, options)' in nicegui_js
    assert page.index('static/nicegui.js') < page.index('{{ body_html | safe }}') < page.index('createApp(')
    assert '@layer theme, ' in page  # the first one
    for part in ('container._vnode = vnode', 'rootContainer.__vue_app__ = app', 'invokeArrayFns(bu)',
                 'shapeFlag & 6)', 'shapeFlag & 16)', 'shapeFlag & 64)'):
        assert part in vue, part
    for part in ('vm2.proxy.__qPortal = true', 'injectProp(vm2.proxy, "contentEl"', 'q-portal--${portalType}--',
                 'createGlobalNode("q-notify")', 'createGlobalNode("q-loading")', 'class: `q-notification '):
        assert part in quasar, part
