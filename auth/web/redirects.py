"""Where a redirect may lead: to a page of this site and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

SIGN_IN_PATH = '/sign-in'
CHOOSE_PATH = '/sign-in/choose'
HOME_PATH = '/'


def safe_path(url: str | None, default: str = HOME_PATH) -> str:
    """Return the URL if it is a path of this site, else the default.

    Browsers read a backslash as a slash and drop control characters, so ``/\\\\host`` is another site as well.
    """
    if not url or not url.startswith('/') or url.startswith('//') or '\\' in url or not url.isprintable():
        return default
    try:
        parts = urlsplit(url)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else url
