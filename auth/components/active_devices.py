# pyright: reportUnknownMemberType=false
"""The devices where the person is signed in, live; each has a button to sign out of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..errors import SessionNotFound
from ..language import _, ngettext, number
from ..live.tabs import tabs
from ..rules.devices import DEVICES_A_PAGE, Device, Devices, count_others, read_devices, revoke, revoke_others
from ..rules.names import isolated
from .action_button import ActionButton
from .device_icons import DeviceIcon, Pencil
from .device_name import DeviceNameDialog
from .dialog import Question
from .isolated import Isolated
from .live_rows import LiveRows
from .local_time import LocalTime
from .pager import page_of
from .section import Section
from .sign_out_button import SignOutButton


@dataclass(frozen=True, slots=True)
class _Row:
    """A device as a row shows it."""

    device: Device
    idle_since: datetime | None
    """None while it is in use."""


class ActiveDevices(Section):
    """A section with one row for each device: what it is, where and when it was active last; this one first.

    Activity is no news, so the list is read again as often as activity is written.
    """

    def __init__(self) -> None:
        super().__init__(_('Active devices'))
        self.classes('ls-devices')
        self._user = self.tab.state.user
        self._found = Devices((), 0)
        self._interval = tabs().auth.settings.activity_interval
        self._recent = tabs().auth.settings.recent_authentication
        with self:
            self._rows = LiveRows[_Row](self._read, key=lambda row: row.device.session_id, draw=self._draw,
                                        concerns=self._concerns, after=self._drawn, where=self._where,
                                        again_after_seconds=self._interval.total_seconds())
            self._all = ActionButton('', self._ask_others, refused=_('Nobody was signed out.'))
            self._all.set_visibility(False)

    async def _read(self, _: _Row | None, page: int) -> tuple[Sequence[_Row], bool]:
        self._found = await tabs().auth.read(read_devices, self.tab.client, page=page)
        # In use until its activity is twice as old as it may be before the next one is written.
        since = tabs().auth.now() - 2 * self._interval
        rows = [_Row(device, None if device.this_device or device.last_active_at > since else device.last_active_at)
                for device in self._found.devices]
        return rows, (page + 1) * DEVICES_A_PAGE < self._found.total

    def _concerns(self, user_ids: Collection[str]) -> bool:
        return self._user is not None and self._user.id in user_ids

    def _draw(self, row: _Row) -> None:
        device = row.device
        with ui.element('div').classes('ls-row'):
            DeviceIcon(device.user_agent.kind)
            with ui.element('div').classes('ls-row-text'):
                with ui.element('p'):
                    with ui.element('strong'):
                        Isolated(device.name) if device.name else Text(tag='span', text=device.user_agent.device_name)
                    if device.this_device:
                        Text(tag='span', text=_('This device')).classes('ls-badge')
                    if row.idle_since is None:
                        Text(tag='span', text=_('Active now')).classes('ls-quiet ls-active-now')
                what = device.user_agent if device.name else device.user_agent.browser_name
                Text(tag='p', text=_somewhere(what, device.ip_address)).classes('ls-quiet')
                _when(row)
            with ui.element('div').classes('ls-row-actions'):
                self._buttons(device)

    def _buttons(self, device: Device) -> None:
        if device.this_device:
            SignOutButton(device.session_id).button.classes('ls-small')
        else:
            leave = ActionButton(_('Sign out'), partial(self._sign_out_of, device),
                                 refused=_('That device is still signed in.')).button.classes('ls-small')
            leave.props['aria-label'] = _('Sign out of device: {device}', device=isolated(device.called))
        with ActionButton('', partial(self._ask_name, device)) as rename:
            Pencil()
            Text(tag='span', text=_('Rename'))
        whom = isolated(device.called)
        rename.button.classes('ls-small ls-rename').props['aria-label'] = _('Rename: {device}', device=whom)

    def _drawn(self) -> None:
        others = self._found.others
        self._all.button.set_text(_('Sign out of all other devices ({count})', count=number(others)))
        self._all.set_visibility(others > 0)
        self.leave_dialog(unless=lambda key: self._rows.shows(key) if key else others > 0)

    def _where(self, page: int) -> str:
        return page_of(page, self._found.total, DEVICES_A_PAGE)

    async def _sign_out_of(self, device: Device) -> None:
        try:
            await tabs().auth.run(revoke, self.tab.client, device.session_id, recent=self._recent,
                                  request_info=self.tab.request_info)
        except SessionNotFound:
            self._rows.reload()
            self.tell(_('{device} was signed out already.', device=isolated(device.called)))
        else:
            self.tell(_('Signed out of {device}.', device=isolated(device.called)))

    async def _ask_others(self) -> None:
        count = await tabs().auth.read(count_others, self.tab.client)
        if not count:
            self.tell(_('No other device is signed in.'))
            self._rows.reload()
            return
        self.ask(Question(
            title=ngettext('Sign out of {count} other device?', 'Sign out of {count} other devices?', count),
            text=ngettext('It is signed out at once, and has to sign in again. This device stays signed in.',
                          'They are signed out at once, and each has to sign in again. This device stays signed in.',
                          count),
            act=ngettext('Sign out of {count} device', 'Sign out of {count} devices', count)),
            self._sign_out_of_others, refused=_('Nobody was signed out.'), asker=self._all, recently=True)

    async def _sign_out_of_others(self) -> None:
        count = await tabs().auth.run(revoke_others, self.tab.client, recent=self._recent,
                                      request_info=self.tab.request_info)
        self.tell(ngettext('Signed out of {count} other device.', 'Signed out of {count} other devices.', count))

    async def _ask_name(self, device: Device) -> None:
        if not self.is_deleted:
            with self:
                self.show(DeviceNameDialog(device, partial(self.tell, _('Saved.'))), device.session_id)


def _somewhere(what: object, ip_address: str) -> str:
    return ' · '.join([str(what), *([ip_address] if ip_address else [])])


def _when(row: _Row) -> None:
    device, place = row.device, row.device.signed_in_from
    if row.idle_since is not None:
        with ui.element('p').classes('ls-quiet'):
            Text(tag='span', text=_('Last active: '))
            LocalTime(row.idle_since)
    with ui.element('p').classes('ls-quiet'):
        Text(tag='span', text=_('Signed in: '))
        LocalTime(device.created_at)
        if place is not None:
            Text(tag='span', text=' · ' + _('from {device}', device=place))
