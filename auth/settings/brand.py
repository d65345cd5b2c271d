"""What the site is called and looks like, where our pages and mails speak of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings

OUR_NAME = 'Live Sessions'
OUR_FOOTER = 'When a session ends, every tab knows.'
OUR_DESCRIPTION = ('Accounts and sessions for NiceGUI apps, self-hosted: every open tab changes the moment a session '
                   'ends.')
"""What our own site says; in the reader's language, unlike what a deployment says."""

MOST = 200
"""Characters of a text that stands on every page."""

PICTURES = ('.svg', '.png', '.webp', '.jpg', '.jpeg', '.gif', '.ico')


class BrandSettings(BaseSettings):
    """What the site is called and looks like, where our pages and mails speak of it."""

    site_name: str = OUR_NAME
    """Stands in the header of our pages, in their titles and in mails. Nobody may use it as a password."""

    site_logo: str = ''
    """The file of a picture, which stands in place of ours: SVG, PNG, WebP, JPEG, GIF or ICO."""

    site_footer: str = OUR_FOOTER
    """What stands below our pages; '' is nothing."""

    site_description: str = OUR_DESCRIPTION
    """What search engines and previews of links show of the site; '' is nothing."""

    @field_validator('site_name')
    @classmethod
    def _check_site_name(cls, value: str) -> str:
        if not value or len(value) > 60 or set(value) & set('<>"\\'):
            raise ValueError('write a name of 60 characters at most, without < > " and \\')
        return value

    @field_validator('site_footer', 'site_description')
    @classmethod
    def _check_texts(cls, value: str) -> str:
        if len(value) > MOST:
            raise ValueError(f'write one line of {MOST} characters at most')
        return value

    @field_validator('site_logo', mode='before')
    @classmethod
    def _read_site_logo(cls, value: object) -> object:
        return str(value) if isinstance(value, Path) else value  # a program finds it beside itself

    @field_validator('site_logo')
    @classmethod
    def _check_site_logo(cls, value: str) -> str:
        if value and (not value.lower().endswith(PICTURES) or not Path(value).is_file()):
            raise ValueError(f'there is no picture at this path ({", ".join(PICTURES)})')
        return value

    @property
    def has_own_name(self) -> bool:
        """Whether the deployment has said what the site is called."""
        return self.site_name != OUR_NAME
