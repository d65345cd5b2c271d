"""What our tables are classes of: a registry and metadata of our own, beside whatever an author defines."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

_OUR_REGISTRY = registry(metadata=MetaData())


class Model(SQLModel, registry=_OUR_REGISTRY):
    """The base of our tables. An author's have ``SQLModel`` itself, so one of them may be called ``User``, too."""


METADATA: MetaData = _OUR_REGISTRY.metadata
"""Our tables and nobody else's."""
