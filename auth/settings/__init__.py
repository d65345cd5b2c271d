"""What a deployment may choose, with its unit in its name; each can be set in the environment or in a ``.env`` file."""

from __future__ import annotations

from pydantic import ValidationError

from models.database_url import DatabaseSettings

from .accounts import AccountSettings
from .client_files import ClientFileSettings
from .clients import ClientSettings
from .connections import ConnectionSettings
from .headers import HeaderSettings
from .lifetimes import LifetimeSettings
from .limits import LimitSettings
from .monitoring import MonitoringSettings
from .passwords import PasswordSettings
from .privacy import PrivacySettings
from .recent import RecentAuthenticationSettings


class Settings(ClientSettings, HeaderSettings, LifetimeSettings, RecentAuthenticationSettings, LimitSettings,
               AccountSettings, PasswordSettings, PrivacySettings, ConnectionSettings, MonitoringSettings,
               ClientFileSettings, DatabaseSettings):
    """What a deployment may choose. The environment variable of a setting is its name in capitals."""


def wrong_setting(error: ValidationError) -> str:
    """Tell in one sentence which setting is wrong; not what it was set to, which may be a secret."""
    wrong = error.errors()[0]
    what = wrong['msg'].removeprefix('Value error, ')
    if not wrong['loc']:  # each may be right by itself
        return f'The settings do not fit together: {what}.'
    return f'The setting {str(wrong["loc"][0]).upper()} is wrong: {what}.'
