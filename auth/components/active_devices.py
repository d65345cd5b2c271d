# pyright: reportUnknownMemberType=false
"""The devices where the person is signed in, live; each has a button to sign out of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..errors import SessionNotFound
from ..language import _, ngettext, number
from ..live.tabs import tabs
from ..rules.devices import DEVICES_A_PAGE, Device, Devices, read_devices, revoke, revoke_others
from .action_button import ActionButton
from .live_rows import LiveRows
from .local_time import LocalTime
from .section import Section
from .sign_out_button import SignOutButton


class ActiveDevices(Section):
    """A section with one row for each device: what it is, where, since when; this one first."""

    def __init__(self) -> None:
        super().__init__(_('Active devices'))
        self.classes('devices')
        self._user = self.tab.state.user
        self._found = Devices((), 0)
        with self:
            self._rows = LiveRows[Device](self._read, key=lambda device: device.session_id, draw=self._draw,
                                          concerns=self._concerns, after=self._drawn, where=self._where)
            self._all = ActionButton('', self._sign_out_of_others, refused=_('Nobody was signed out.'))
            self._all.set_visibility(False)

    async def _read(self, _: Device | None, page: int) -> tuple[Sequence[Device], bool]:
        self._found = await tabs().auth.read(read_devices, self.tab.client, page=page)
        return self._found.devices, (page + 1) * DEVICES_A_PAGE < self._found.total

    def _concerns(self, user_ids: Collection[str]) -> bool:
        return self._user is not None and self._user.id in user_ids

    def _draw(self, device: Device) -> None:
        with ui.element('div').classes('row'):
            with ui.element('div').classes('row-text'):
                with ui.element('p'):
                    Text(tag='strong', text=device.user_agent.device_name)
                    if device.this_device:
                        Text(tag='span', text=_('This device')).classes('badge')
                where = [device.user_agent.browser_name, *([device.ip_address] if device.ip_address else [])]
                Text(tag='p', text=' · '.join(where)).classes('quiet')
                with ui.element('p').classes('quiet'):
                    Text(tag='span', text=_('Last active: '))
                    LocalTime(device.last_active_at)
                    Text(tag='span', text=_(' · Signed in: '))
                    LocalTime(device.created_at)
            if device.this_device:
                SignOutButton(device.session_id)
            else:
                button = ActionButton(_('Sign out of device'), lambda: self._sign_out_of(device),
                                      refused=_('That device is still signed in.'))
                button.button.props['aria-label'] = _('Sign out of device: {device}', device=device.user_agent)

    def _drawn(self) -> None:
        others = self._found.others
        self._all.button.set_text(_('Sign out of all other devices ({count})', count=number(others)))
        self._all.set_visibility(others > 0)

    def _where(self, page: int) -> str:
        return _('Page {page} of {pages}', page=number(page + 1), pages=number(-(-self._found.total // DEVICES_A_PAGE)))

    async def _sign_out_of(self, device: Device) -> None:
        try:
            await tabs().auth.run(revoke, self.tab.client, device.session_id, request_info=self.tab.request_info)
        except SessionNotFound:
            self._rows.reload()
            self.tell(_('{device} was signed out already.', device=device.user_agent))
        else:
            self.tell(_('Signed out of {device}.', device=device.user_agent))

    async def _sign_out_of_others(self) -> None:
        count = await tabs().auth.run(revoke_others, self.tab.client, request_info=self.tab.request_info)
        self.tell(ngettext('Signed out of {count} other device.', 'Signed out of {count} other devices.', count))
