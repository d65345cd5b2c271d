"""A session begins anew when its password is given again, with the whole of its limits (NIST 800-63B-4 §2.1.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case
from sqlmodel import col

from models import Session

from ..settings import Settings
from .sessions import abandon_at


def begun_anew(now: datetime, settings: Settings) -> dict[str, Any]:
    """What is written of a session whose password is given now, as its person chose when they signed in."""
    absolute = {kept: now + settings.lifetimes(kept=kept).absolute for kept in (False, True)}
    return {'authenticated_at': now, 'last_active_at': now,
            'expire_at': case((col(Session.kept), absolute[True]), else_=absolute[False]),
            'abandon_at': case((col(Session.kept), abandon_at(settings, now, kept=True)),
                               else_=abandon_at(settings, now, kept=False))}
