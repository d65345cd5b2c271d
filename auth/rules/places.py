"""From where something was done: the device, its browser and its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import Session
from models.statements import columns

from ..requests.user_agents import UserAgent, read_user_agent

PLACES = columns(Session.user_agent, Session.ip_address, Session.last_user_agent, Session.last_ip_address)
"""What ``read_places`` reads of a session."""


@dataclass(frozen=True, slots=True)
class Place:
    """From where something was done."""

    user_agent: UserAgent
    ip_address: str

    def __str__(self) -> str:
        return f'{self.user_agent} · {self.ip_address}' if self.ip_address else str(self.user_agent)


def read_places(user_agent: str, ip_address: str, last_user_agent: Any, last_ip_address: Any
                ) -> tuple[Place, Place | None]:
    """Tell where a session was active last, and where it was signed in, if that was from somewhere else.

    Whoever has stolen a cookie is active with it, and has signed in nowhere. So the last activity is what is shown.

    :param last_user_agent: None, as is the address, of a session from before this was noted
    """
    signed_in = Place(read_user_agent(user_agent), ip_address)
    last = Place(signed_in.user_agent if last_user_agent is None else read_user_agent(last_user_agent),
                 ip_address if last_ip_address is None else last_ip_address)
    return last, signed_in if signed_in != last else None
