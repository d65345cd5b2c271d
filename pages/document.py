"""What a document says before any script runs: what the site is, what it needs, and that there is no page here."""

from __future__ import annotations

from html import escape

from auth.language import _, language
from auth.requests.base import base_here
from auth.web.redirects import FILES_PATH

from .assets import DOCUMENT, STYLESHEETS, THEME_COLORS
from .brand import brand, home_label, logo_path, site_name

_NOT_FOUND = f'''<!doctype html>
<html lang="{{language}}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}} · {{site}}</title><link rel="icon" href="{{base}}{{logo}}">{THEME_COLORS}
<script src="{{base}}{FILES_PATH}/theme.js"></script>{{styles}}</head>
<body><div class="ls-shell"><header class="ls-header">
<a class="ls-brand" href="{{base}}/" aria-label="{{home}}">{{brand}}</a></header>
<main class="ls-content"><section class="ls-card ls-narrow"><p class="ls-status-code">404</p><h1>{{heading}}</h1>
<p class="ls-quiet">{{why}}</p><noscript><p class="ls-notice">{{without_scripts}}</p></noscript>
<a class="ls-button ls-primary" href="{{base}}/">{{start}}</a></section></main></div></body></html>
'''


def stylesheets(base: str) -> str:
    """The elements that load the stylesheets into a document that is not NiceGUI's."""
    return ''.join(f'<link rel="stylesheet" href="{base}{FILES_PATH}/{name}">' for name in (*STYLESHEETS, DOCUMENT))


def not_found_page() -> str:
    """The page for an unknown path, as HTML: NiceGUI would keep one of its own in memory for a minute."""
    base = base_here()
    return _NOT_FOUND.format(
        base=base, brand=brand(base), styles=stylesheets(base),
        language=language(), title=_('Not found'), home=escape(home_label()),
        site=escape(site_name()), logo=logo_path(),
        heading=_('There is no page here'), why=_('The address may be mistyped, or the page has gone.'),
        start=_('Go to the start page'),
        without_scripts=_('JavaScript is off in this browser. The other pages of this site need it: turn it on first.'))


def without_scripts() -> str:
    """What is shown in place of the page if the browser runs no scripts; NiceGUI would blame the browser."""
    heading = _('This page needs JavaScript')
    words = _('It takes what is private off the screen the moment a session ends. Turn JavaScript on for this site in '
              'the settings of your browser, and load the page again.')
    return (f'<noscript><style>#esm-fallback {{ display: none !important; }}</style><main class="ls-content">'
            f'<section class="ls-card ls-narrow"><h1>{heading}</h1><p>{words}</p></section></main></noscript>')
