"""The tables themselves, for statements that are built once, when a module is loaded, and run often.

Building a statement takes longer than running it.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, inspect
from sqlmodel import SQLModel

from .audit_event import AuditEvent
from .change import Change
from .client import Client
from .session import Session
from .user import User
from .wrong_passwords import WrongPasswords

__all__ = ['audit_event', 'change', 'client', 'session', 'user', 'wrong_passwords']


def _table(model: type[SQLModel]) -> Table:
    return cast(Table, inspect(model).local_table)


audit_event = _table(AuditEvent)
change = _table(Change)
client = _table(Client)
session = _table(Session)
user = _table(User)
wrong_passwords = _table(WrongPasswords)
