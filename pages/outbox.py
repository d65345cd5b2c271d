"""The developer's outbox: the mails that this site would have sent, as plain HTML, which needs no socket."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from auth.language import _, language
from auth.mail.outbox import ShownMail
from auth.requests.base import base_here
from auth.web.redirects import FILES_PATH

from .assets import THEME_COLORS
from .brand import brand, home_label, logo_path, site_name
from .document import stylesheets

_LINK = re.compile(r'https?://\S+')

_PAGE = '''<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {site}</title><link rel="icon" href="{base}{logo}">{colors}
<script src="{base}{static}/theme.js"></script>{styles}</head>
<body><div class="ls-shell"><header class="ls-header">
<a class="ls-brand" href="{base}/" aria-label="{home}">{brand}</a></header>
<main class="ls-content"><h1>{title}</h1><p class="ls-quiet" style="margin-block-end: 16px">{what}</p>{mails}</main>
</div></body></html>
'''
_MAIL = '''<article class="ls-card" style="margin-block-end: 16px" lang="{language}"><h2>{subject}</h2>
<p class="ls-quiet">{to}</p>
<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{text}</pre>
<details style="inline-size: 100%"><summary>{as_html}</summary><iframe sandbox title="{subject}" srcdoc="{html}"
style="inline-size: 100%; block-size: 32rem; border: 0"></iframe></details></article>
'''


def outbox_page(mails: Sequence[ShownMail]) -> str:
    """Draw the page; whatever stands in a mail is text here."""
    nothing = _('There is no mail yet. Reload this page after one was caused.')
    base = base_here()
    return _PAGE.format(
        base=base, language=language(), title=_('Outbox'), site=escape(site_name()),
        logo=logo_path(), static=FILES_PATH, colors=THEME_COLORS,
        styles=stylesheets(base), brand=brand(base),
        home=escape(home_label()),
        what=_('The mails that this site would have sent, the newest first. Only this machine gets this page.'),
        mails=''.join(map(_mail, mails)) or f'<p>{nothing}</p>')


def _mail(mail: ShownMail) -> str:
    return _MAIL.format(language=escape(mail.language), subject=escape(mail.subject), text=_with_links(mail.text),
                        to=escape(_('To {address}, {at}', address=mail.to, at=mail.at)), html=escape(mail.html),
                        as_html=_('The same as HTML'))


def _with_links(text: str) -> str:
    parts, end = list[str](), 0
    for found in _LINK.finditer(text):
        url = escape(found[0])
        parts += [escape(text[end:found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return ''.join([*parts, escape(text[end:])])
