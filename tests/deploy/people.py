"""Somebody who is signed in on both processes at once."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.devices import Device, Tab, a_new_address

from .site import Devices, Site


@dataclass
class Person:
    """One person with two devices, a tab on each process."""

    address: str
    laptop: Device
    phone: Device
    first: Tab
    second: Tab
    on_first: str
    on_second: str

    async def sign_in(self) -> None:
        """Sign in on both devices, and wait until the tabs show it."""
        self.on_first, self.on_second = await self.laptop.sign_in(self.address), await self.phone.sign_in(self.address)
        await self.are_here()

    async def are_here(self) -> None:
        """Wait until each tab shows its session."""
        await self.first.shows(self.on_first)
        await self.second.shows(self.on_second)


async def somebody_on_both(device: Devices, site: Site) -> Person:
    """Sign somebody up on the first process and in on the second, and open their accounts."""
    laptop, phone = await device(on=site.first), await device(on=site.second)
    address = a_new_address()
    on_first, on_second = await laptop.sign_up(address), await phone.sign_in(address)
    person = Person(address, laptop, phone, await laptop.tab('/account'), await phone.tab('/account'), on_first,
                    on_second)
    await person.are_here()
    return person
