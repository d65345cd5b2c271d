"""What a tab may show of its session, for pages to bind to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from nicegui.binding import BindableProperty, bindings

from ..access import Status
from ..rules.clients import SessionView, UserView


@dataclass(eq=False)
class AuthState:
    """What a tab may show, for labels and buttons to bind to; like Clerk's ``useAuth()``."""

    status: Status = 'loading'
    session_id: str | None = None
    """The active session, while ``status`` is ``'signed_in'``."""
    user: UserView | None = None
    """Whose session it is."""
    sessions: tuple[SessionView, ...] = ()
    """The accounts signed in on this browser, the active one among them; none of them while loading."""


class _Bindable(BindableProperty):
    """NiceGUI's own, but quick to set while nothing is bound to it: an end may change very many tabs at once."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __set__(self, owner: Any, value: Any) -> None:
        stored_as = f'___{self.name}'
        if hasattr(owner, stored_as) and (id(owner), (self.name,)) not in bindings:
            setattr(owner, stored_as, value)
        else:
            super().__set__(owner, value)


for _field in fields(AuthState):
    setattr(AuthState, _field.name, _Bindable(_field.name))
