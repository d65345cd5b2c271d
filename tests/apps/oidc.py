"""An app whose people sign in at another site, by OpenID Connect: ``python oidc.py --port …``.

What is between the lines is what docs/components.md shows.
"""

from __future__ import annotations

import os
import sys

from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import app, ui

from auth import LiveSessions, current_user, public
from auth.endpoints import sign_in_as

os.environ['PORT'] = sys.argv[-1]
sessions = LiveSessions()

# ----------------------------------------------------------------
oauth = OAuth()
oauth.register('club', client_id=os.environ['CLUB_ID'], client_secret=os.environ['CLUB_SECRET'],
               server_metadata_url=os.environ['CLUB_URL'] + '/.well-known/openid-configuration',
               client_kwargs={'scope': 'openid email', 'code_challenge_method': 'S256'})


@public
@app.get('/sign-in/club')
async def to_the_club(request: Request) -> Response:
    return await oauth.club.authorize_redirect(request, sessions.settings.own_url + '/sign-in/club/callback')


@public
@app.get('/sign-in/club/callback')
async def from_the_club(request: Request) -> Response:
    try:
        told = (await oauth.club.authorize_access_token(request))['userinfo']  # checks state, nonce, signature
    except OAuthError:  # they have said no, or come a second time
        return RedirectResponse('/sign-in', 303)
    if told.get('email_verified') is not True:  # some say 'false'; and anybody could claim Ann's address over there
        raise HTTPException(403, 'Confirm your email address at the club first.')
    await sign_in_as(request, told['email'])
    return RedirectResponse('/', 303)
# ----------------------------------------------------------------


@ui.page('/')
def home() -> None:
    """For whoever is signed in."""
    ui.label(f'Hello {current_user().email_address}')


sessions.install()
ui.run(host='127.0.0.1', port=sessions.settings.port, reload=False, show=False,
       storage_secret=os.environ['CLUB_SECRET'])
