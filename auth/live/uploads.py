# pyright: reportUnknownMemberType=false
"""The guard of uploads: files come by an HTTP request of their own, and count like an event of the tab.

A slow upload takes minutes. So it is asked twice who may: before the first byte is taken, and when all are here, right
before the page's handlers get them.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import ClassVar

from nicegui import ui
from starlette.requests import ClientDisconnect

from ..changes.clients import Clients
from ..errors import AuthError, NotSignedIn
from ..language import N_
from ..requests.asgi import App, Message, Receive, Scope, Send, header
from ..settings import Settings
from ..web.api.requests import OriginRefused, TabUnknown
from ..web.cookies import tokens_of
from ..web.error_answers import send_error
from ..web.log_lines import NowAndThen
from ..web.own_pages import OwnPages
from . import notes
from .nicegui_private.uploads import check_uploads, page_of
from .tab import Tab
from .tabs import Tabs

log = logging.getLogger('live_sessions')

Turn = Callable[[Tab], AbstractAsyncContextManager[bool]]


class UploadTooLarge(AuthError):
    """More than the settings let anybody send at once."""

    code: ClassVar[str] = 'upload_too_large'
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most_mib: int) -> None:
        super().__init__(N_('Nothing was uploaded. Send {count} MiB at most.', count=most_mib))


class Uploads:
    """An ASGI app in front of NiceGUI, which would take files from anybody who knows the address.

    A tab takes files with the cookie that opened it, from the site's own pages, and while whoever is here may see all
    that it shows. A tab of a visitor, who has no cookie, takes them from whoever knows its address, as its socket does.

    :param app: the app that NiceGUI was mounted on
    :param tabs: the open tabs
    :param clients: know whose cookie a request carries
    :param turn: waits for the turn of a tab, and tells whether what it has sent counts
    :param settings: whose pages are the site's own, and how much may be sent at once
    """

    def __init__(self, app: App, tabs: Tabs, clients: Clients, turn: Turn, settings: Settings) -> None:
        self._app = app
        self._tabs = tabs
        self._clients = clients
        self._turn = turn
        self._own_pages = OwnPages(settings.hosts)
        self._most_mib = settings.max_upload_mib
        self._complaint = NowAndThen()

    def install(self) -> None:
        """Check again when all is here."""
        check_uploads(self._checked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take files, or refuse them."""
        try:
            await self._check(scope)
        except AuthError as error:
            await send_error(send, error)
            return
        body = _Body(receive, send, self._most_bytes)
        try:
            await self._app(scope, body.receive, body.send)
        except (ClientDisconnect, RuntimeError):  # the second: its middleware complains that nothing was answered
            if not body.is_over:
                raise
        if body.is_too_long:
            await send_error(send, self._too_large())

    async def _check(self, scope: Scope) -> None:
        page_id = page_of(scope['path'])
        tab = self._tabs.get(page_id) if page_id else None
        if tab is None or scope['method'] != 'POST':
            raise TabUnknown
        if not self._own_pages.may_change(scope):
            raise OriginRefused
        announced = header(scope, b'content-length') or '0'
        if announced.isdecimal() and int(announced[:20]) > self._most_bytes:
            raise self._too_large()
        client = await self._clients.authenticate(*tokens_of(scope))
        if tab.client is not None and (client is None or client.id != tab.client.id):
            raise TabUnknown
        async with self._turn(tab) as may_act:
            if not may_act:
                raise NotSignedIn

    @asynccontextmanager
    async def _checked(self, upload: ui.upload) -> AsyncGenerator[None]:
        tab = self._tabs.get(upload.client.id)
        if tab is None:
            if upload.is_deleted:  # the tab was closed meanwhile
                raise NotSignedIn
            yield
            return
        async with self._turn(tab) as may_act:
            if upload.is_deleted or not may_act:  # a page that was taken away shows nothing that could be refused
                raise NotSignedIn
            with notes.telling_for(tab.state):
                yield
            self._tabs.note_activity(tab)

    @property
    def _most_bytes(self) -> int:
        return self._most_mib * 2**20

    def _too_large(self) -> UploadTooLarge:
        if self._complaint.let_through():
            log.warning('refused an upload of more than %d MiB (MAX_UPLOAD_MIB)%s', self._most_mib,
                        self._complaint.others(), extra={'event': 'upload_too_large'})
        return UploadTooLarge(self._most_mib)


class _Body:
    """The body of a request, which ends early if it is too long: what was announced may be wrong, or missing."""

    def __init__(self, receive: Receive, send: Send, most_bytes: int) -> None:
        self._receive = receive
        self._send = send
        self._left = most_bytes
        self.is_over = False
        """Whether it has ended early."""
        self.is_too_long = False
        """Whether that was for its length."""

    async def receive(self) -> Message:
        """Hand on the next part."""
        if self.is_over:
            return {'type': 'http.disconnect'}
        message = await self._receive()
        self._left -= len(message.get('body', b''))
        self.is_too_long = self._left < 0
        self.is_over = self.is_too_long or message['type'] == 'http.disconnect'
        return {'type': 'http.disconnect'} if self.is_over else message

    async def send(self, message: Message) -> None:
        """Send the answer, unless another one is due."""
        if not self.is_too_long:
            await self._send(message)
