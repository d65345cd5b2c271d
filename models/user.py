"""A person's account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from .base import Model
from .types import Moment, new_id


class User(Model, table=True):
    """A person's account, found by its e-mail address."""

    __table_args__ = (Index('ix_user_without_search_text', 'id', sqlite_where=text('search_text IS NULL'),
                            postgresql_where=text('search_text IS NULL')),)

    id: str = Field(default_factory=lambda: new_id('user'), primary_key=True)
    email_address: str = Field(unique=True, index=True)
    first_name: str = ''
    last_name: str = ''
    password_hash: str = Field(repr=False)
    password_changed_at: datetime = Field(sa_type=Moment)
    password_given_at: datetime | None = Field(default=None, sa_type=Moment)
    """When somebody else set a password. While that is when it was changed last, its person has to choose their own."""
    is_admin: bool = False
    roles: str = ''
    """What they may do beside that: words of the app's author, between spaces; see ``auth.rules.roles``."""
    disabled: bool = False
    created_at: datetime = Field(sa_type=Moment)
    address_confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the person last proved that the address is theirs, by what was mailed to it; None if they never have."""
    updated_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the person, their password or what they may do was changed last, by SQL as well: triggers write it. None is
    when they were made."""
    search_text: str | None = None
    """The address and the names, folded; see ``models.normal_forms``. None where SQL has written letters that only this
    program can fold: ``models.written_by_sql`` does it then."""
