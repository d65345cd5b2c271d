"""What a server tells those who look after it, and how it writes its log."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

_TOKEN = re.compile(r'[!-~]{20,200}')


class MonitoringSettings(BaseSettings):
    """What a server tells those who look after it, and how it writes its log."""

    log_format: Literal['text', 'json'] = 'text'
    """Lines of text, or an object of JSON each, with names of events and ids. Then it also tells what
    was done to whom."""

    metrics_token: SecretStr = Field(default=SecretStr(''))
    """Who sends it as a bearer token may ask ``/healthz``, ``/readyz`` and ``/metrics`` from anywhere."""

    @field_validator('metrics_token')
    @classmethod
    def _check_metrics_token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError('write 20 characters or more, without spaces, that nobody can guess; such as what '
                             '"openssl rand -hex 32" prints')
        return value
