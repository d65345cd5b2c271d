# pyright: reportUnknownMemberType=false
"""What a tab may show of its session, for pages to bind to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

from nicegui.binding import BindableProperty

from ..access import Status
from ..rules.clients import ClientSession, UserView
from ..rules.ends import End
from .nicegui_private.bindable import quick_to_set

Class = TypeVar('Class', bound=type)


def bindable(cls: Class) -> Class:
    """Let elements bind to the fields of a dataclass; NiceGUI's ``bindable_dataclass`` hides its type from checkers."""
    for field in fields(cls):
        setattr(cls, field.name, prop := BindableProperty())
        prop.__set_name__(cls, field.name)
    return cls


@quick_to_set
@bindable
@dataclass(eq=False)
class AuthState:
    """What a tab may show, for labels and buttons to bind to; like Clerk's ``useAuth()``."""

    status: Status = 'loading'
    session_id: str | None = None
    """The active session, while ``status`` is ``'signed_in'``."""
    user: UserView | None = None
    """Whose session it is."""
    sessions: tuple[ClientSession, ...] = ()
    """The accounts signed in on this browser, the active one among them; none of them while loading."""
    pending: UserView | None = None
    """Who has to choose a new password before they are signed in, while ``status`` is ``'signed_out'``."""
    end: End | None = None
    """Why the session has ended that was in use here, while ``status`` is ``'signed_out'``; it comes a moment later.
    None if nothing is known, or whoever is here has no right to know."""
