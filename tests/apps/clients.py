"""The app with pages on which Clerk's own client library runs, as an app that uses this server would load it."""

from __future__ import annotations

import json

from nicegui import app
from starlette.responses import HTMLResponse

from auth import public
from auth.live.tabs import tabs
from tests.apps.serve import serve

POLICY = ("default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src 'self'; worker-src blob:; "
          "style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'")
"""All that clerk-js and its components ask for; what else they tried, a browser would tell."""

LIVE = '<script src="/v1/live.js" async></script>'

PAGE = '''<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><link rel="icon" href="/static/icon.svg">
<script src="/npm/@clerk/clerk-js@6/dist/clerk.browser.js" crossorigin="anonymous"
 data-clerk-publishable-key="{key}" data-clerk-proxy-url="{proxy}"></script>
<script src="/npm/@clerk/ui@1/dist/ui.browser.js" crossorigin="anonymous"></script></head>
<body><h1>{title}</h1><div id="ui"></div><script>
window.seen = []  // who was told to be signed in, in this order; undefined is 'undefined'
window.ready = (async () => {{
  await Clerk.load({{ui: {{ClerkUI: window.__internal_ClerkUICtor}}, ...{options}}})
  Clerk.addListener(({{session}}) => window.seen.push(session === undefined ? 'undefined' : session && session.id))
}})()
</script>{more}</body></html>'''


@public
@app.get('/clerk')
@app.get('/clerk/{rest:path}')
def page(rest: str = '', options: str = '{}') -> HTMLResponse:
    """Load clerk-js as a script, with its components."""
    html = PAGE.format(title=f'Clerk {rest}'.strip(), key=tabs().auth.settings.publishable_key, proxy='/',
                       more=LIVE if rest == 'live' else '',
                       options=json.dumps(json.loads(options)).replace('<', r'\u003c'))
    return HTMLResponse(html, headers={'content-security-policy': POLICY})


if __name__ == '__main__':
    serve()
