"""What a server in Python does, with Clerk's own library and fastapi-clerk-auth: run by test_python.py, in an
environment that has these and nothing of ours. It prints what it got, as JSON.
"""

import asyncio
import json
import sys
from typing import Annotated, Any

import httpx
from clerk_backend_api import Clerk
from clerk_backend_api.models import ClerkErrors
from clerk_backend_api.security import authenticate_request, verify_token
from clerk_backend_api.security.types import AuthenticateRequestOptions, VerifyTokenOptions
from fastapi import Depends, FastAPI
from fastapi_clerk_auth import ClerkConfig, ClerkHTTPBearer, HTTPAuthorizationCredentials

given = json.load(sys.stdin)
url, secret_key, token, public_key = (given[name] for name in ('url', 'secret_key', 'token', 'public_key'))
told: dict[str, Any] = {}


def refusal(ask: Any) -> list[Any]:
    try:
        ask()
    except ClerkErrors as error:
        return [error.status_code, error.data.errors[0].code]
    return []


def state_of(**headers: str) -> Any:
    """What the library makes of a request. Without the public key it would ask api.clerk.com, whatever it was told."""
    return authenticate_request(httpx.Request('GET', 'https://shop.example.com/', headers=headers),
                                AuthenticateRequestOptions(secret_key=secret_key, jwt_key=public_key))


with Clerk(bearer_auth=secret_key, server_url=f'{url}/backend/v1') as clerk:
    claims = verify_token(token, VerifyTokenOptions(secret_key=secret_key, api_url=f'{url}/backend'))
    user = clerk.users.get(user_id=claims['sub'])
    session = clerk.sessions.get(session_id=claims['sid'])
    told['verified'] = [claims['sub'], claims['sid'], claims['exp'] - claims['iat']]
    told['verified_by_public_key'] = verify_token(token, VerifyTokenOptions(jwt_key=public_key))['sid']
    told['user'] = [user.id, user.first_name, user.email_addresses[0].email_address, user.banned]
    told['users'] = [one.id for one in clerk.users.list(request={'email_address': ['ann@example.com']})]
    told['count'] = clerk.users.count(request={}).total_count
    told['session'] = [session.user_id, session.client_id, session.status.value]
    told['sessions'] = [one.id for one in clerk.sessions.list(user_id=user.id, status='active')]
    told['client'] = [clerk.clients.get(client_id=session.client_id).last_active_session_id]
    told['keys'] = [key.kid for key in clerk.jwks.get_jwks().keys]
    told['cookie'] = state_of(cookie=f'__session={token}').payload['sid']
    told['header'] = state_of(authorization=f'Bearer {token}').is_signed_in
    told['nobody'] = [state_of().is_signed_in, state_of(authorization=f'Bearer {token[:-8]}').is_signed_in]
    told['revoked'] = clerk.sessions.revoke(session_id=session.id).status.value
    told['after'] = {'token': state_of(authorization=f'Bearer {token}').is_signed_in,
                     'session': clerk.sessions.get(session_id=session.id).status.value}
    told['no_user'] = refusal(lambda: clerk.users.get(user_id='user_none'))
with Clerk(bearer_auth='sk_live_wrong', server_url=f'{url}/backend/v1') as stranger:
    told['wrong_key'] = refusal(lambda: stranger.users.get(user_id=user.id))

app = FastAPI()
bearer = ClerkHTTPBearer(ClerkConfig(jwks_url=f'{url}/.well-known/jwks.json', issuer=claims['iss'], verify_iss=True))


@app.get('/me')
def me(who: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> Any:
    return who.decoded and who.decoded['sub']


async def ask(given: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='https://shop.example.com') as shop:
        return await shop.get('/me', headers={'authorization': f'Bearer {given}'})


told['fastapi'] = [asyncio.run(ask(token)).json(), asyncio.run(ask(token[:-8])).status_code]
print(json.dumps(told))
