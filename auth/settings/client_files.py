"""The client libraries that this server hands to browsers."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings


class ClientFileSettings(BaseSettings):
    """The client libraries that this server hands to browsers."""

    clients_folder: Path = Path('data/clients')
    """Where ``python -m auth clients fetch`` puts Clerk's client libraries, which are then served below ``/npm/``."""

    @field_validator('clients_folder', mode='before')
    @classmethod
    def _check_clients_folder(cls, value: object) -> object:
        if not str(value).strip() or '\x00' in str(value):
            raise ValueError('name a folder, such as data/clients')
        return value
