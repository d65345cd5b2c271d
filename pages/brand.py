"""The name and the picture of the site, as the deployment has chosen them."""

from __future__ import annotations

from html import escape
from pathlib import Path

from auth.language import _
from auth.live.tabs import tabs
from auth.settings.brand import OUR_DESCRIPTION, OUR_FOOTER, BrandSettings
from auth.web.redirects import FILES_PATH


def site_name() -> str:
    """What the site is called."""
    return _chosen().site_name


def title_of(name: str = '') -> str:
    """The title of a page.

    :param name: what the page is about; none is the start page
    """
    return f'{name} · {site_name()}' if name else site_name()


def brand(base: str) -> str:
    """The picture and the name of the site, as HTML.

    :param base: what stands before its paths; see ``auth.requests.base``
    """
    return f'<img src="{base}{logo_path()}" alt="" width="28" height="28"><span>{escape(site_name())}</span>'


def home_label() -> str:
    """What a link from the picture and the name to the start page is called."""
    return _('{site}, home', site=site_name())


def logo_path() -> str:
    """Where the picture is."""
    logo = _chosen().site_logo
    return f'{FILES_PATH}/{own_logo(logo) if logo else "icon.svg"}'


def own_logo(file: str) -> str:
    """What the picture of a deployment is called below ``FILES_PATH``."""
    return f'logo{Path(file).suffix.lower()}'


def footer_text() -> str:
    """What stands below each page; '' is nothing."""
    footer = _chosen().site_footer
    return _('When a session ends, every tab knows.') if footer == OUR_FOOTER else footer


def description() -> str:
    """The element that tells search engines and link previews what the site is."""
    words = _chosen().site_description
    if words == OUR_DESCRIPTION:
        words = _('Accounts and sessions for NiceGUI apps, self-hosted: every open tab changes the moment a session '
                  'ends.')
    return f'<meta name="description" content="{escape(words)}">' if words else ''


def _chosen() -> BrandSettings:
    return tabs().auth.settings
