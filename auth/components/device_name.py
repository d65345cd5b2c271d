# pyright: reportUnknownMemberType=false
"""The dialog in which a person gives a device a name of their own."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _
from ..rules.device_names import MAX_DEVICE_NAME
from ..rules.devices import Device
from .api_path import api_path
from .dialog import Dialog


class DeviceNameDialog(Dialog):
    """A form with the name of a device, which static/live/forms.js posts to the Frontend API.

    :param device: the device
    :param done: called when it was accepted
    """

    def __init__(self, device: Device, done: Callable[[], object]) -> None:
        super().__init__(_('Name of the device'))
        self._done = done
        with self:
            what = Text(tag='p', text=_('{device} at {address}', device=device.user_agent, address=device.ip_address)
                        if device.ip_address else str(device.user_agent)).classes('ls-quiet').props('translate=no')
            form = ui.element('form').props('method=post data-api=PATCH data-keep novalidate')
            form.props['action'] = api_path(f'/v1/me/sessions/{device.session_id}')
            form.on('done', self._accepted, [])
            with form:
                _field(device.name)
                Text(tag='p', text='').classes('ls-error').props('data-error="" role=alert')
                with ui.element('div').classes('ls-actions'):
                    Text(tag='button', text=_('Cancel')).classes('ls-button').props('type=button data-cancel')
                    Text(tag='button', text=_('Save')).classes('ls-button ls-primary').props('type=submit')
        self.props(f'aria-describedby={what.html_id}')

    def let_go(self) -> None:
        """Drop the function."""
        super().let_go()
        del self._done

    def _accepted(self) -> None:
        self._done()


def _field(name: str) -> None:
    with ui.element('div').classes('ls-field'):
        Text(tag='label', text=_('Name')).props('for=device_name')
        entry = ui.element('input').props('id=device_name name=device_name type=text autocomplete=off autofocus '
                                          f'enterkeyhint=done data-most={MAX_DEVICE_NAME}')
        entry.props['defaultValue'] = name
        entry.props['data-too-long'] = _('The name of a device may have {count} characters at most. Make it shorter.',
                                         count=MAX_DEVICE_NAME)
        entry.props['aria-describedby'] = 'device_name-error device_name-hint'
        Text(tag='p', text=_('Only you see it. Leave it empty to go by what the device is.')).classes('ls-quiet').props(
            'id=device_name-hint')
        Text(tag='p', text='').classes('ls-error').props('id=device_name-error data-error=device_name')
