"""A site with the same paths and every hole there is, to see that the attacks of tests/security/attacks find them."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

app = FastAPI()
users: dict[str, dict[str, Any]] = {}
sessions: dict[str, dict[str, Any]] = {}
"""By the cookie, which is never renewed."""
page_owners: dict[str, str] = {}


@app.websocket('/_nicegui_ws/socket.io/')
async def socket(websocket: WebSocket) -> None:
    """Tell anybody what a page shows, and do what anybody sends for its owner."""
    await websocket.accept()
    cookie = page_owners.get(websocket.query_params.get('client_id', ''), '')
    await websocket.send_text(json.dumps(sessions.get(cookie, {}), default=str))
    async for frame in websocket.iter_text():
        if frame.startswith('42'):
            event = json.loads(frame[2:])
            sessions.pop(page_owners.get(event[1]['client_id'], ''), None)


@app.api_route('/{path:path}', methods=['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
async def anything(request: Request) -> Response:
    """Answer whatever is asked, without a thought."""
    try:
        return await answer(request)
    except Exception:
        return PlainTextResponse(traceback.format_exc(), 500)


async def answer(request: Request) -> Response:
    """Do it."""
    path, method = unquote(request.scope['raw_path'].decode()), request.query_params.get('_method', request.method)
    body = await request.body()
    fields: dict[str, Any] = json.loads(body) if body[:1] in b'{[\x1f\xff' and body else dict(parse_qsl(body.decode()))
    cookie = request.cookies.get('__client') or str(uuid4())
    here = sessions.get(cookie) or sessions.get(cookie.partition('.')[0])
    headers = {'set-cookie': f'__client={cookie}; Path=/',
               'access-control-allow-origin': request.headers.get('origin', '*')}
    if path.startswith('/v1/'):
        return JSONResponse(await act(request, path, method, fields, cookie, here), headers=headers)
    if (file := Path('/') / path.partition('../')[2].replace('../', '')).is_file():
        return Response(file.read_bytes())
    if target := request.query_params.get('redirect_url'):
        sent = target.encode().decode('latin-1')
        return HTMLResponse(target, 302, {'location': sent})
    page_id = str(uuid4())
    page_owners[page_id] = cookie
    everybody = json.dumps([*sessions.values()], default=str) if path.startswith('/admin') else ''
    agent, prefix = request.headers.get('user-agent', ''), request.headers.get('x-forwarded-host', '')
    name = next(reversed(users.values()))['first_name'] if users else ''
    text = (f"<base href='{prefix}'>{{'client_id': '{page_id}'}} {name} {here} {agent} {path} {request.query_params} "
            f'{request.query_params.get("q", "")} {everybody} {cookie}')
    return HTMLResponse(text, headers=headers)


async def act(request: Request, path: str, method: str, fields: dict[str, Any], cookie: str,
              here: dict[str, Any] | None) -> Any:
    """Do what the Frontend API would, for anybody."""
    if path.endswith('/sign_ups'):
        users[fields['email_address']] = {'first_name': '', **fields}
        return {'response': {'created_session_id': session_of(cookie, fields['email_address'], request)}}
    if path.endswith('/sign_ins'):
        if fields['identifier'] not in users:
            return {'errors': [{'message': 'nobody has this address'}]}
        if users[fields['identifier']]['password'] != fields['password']:
            return {'errors': [{'message': 'wrong password'}]}
        return {'response': {'created_session_id': session_of(cookie, fields['identifier'], request)}}
    if path.endswith('change_password') and here:
        users[here['address']]['password'] = fields['new_password']
    elif path.endswith(('/revoke', '/remove', '/end')):
        for key in [key for key, one in sessions.items() if one['id'] in path]:
            del sessions[key]
    elif method == 'DELETE' and 'origin' in request.headers:
        sessions.pop(cookie, None)
    elif method == 'PATCH' and here:
        users[here['address']].update(fields)
    await asyncio.sleep(0)
    return {'response': here and {'sessions': [here, *(users[here['address']],)]}, 'all': [*sessions.values()],
            'cookie': cookie}


def session_of(cookie: str, address: str, request: Request) -> str:
    """Sign somebody in."""
    where = request.headers.get('x-forwarded-for', '')
    sessions[cookie] = {'id': f'sess_{len(sessions)}', 'address': address, 'where': where, **users[address],
                        'user': {'email_addresses': [{'email_address': address}]}}
    return sessions[cookie]['id']


if __name__ == '__main__':
    print(f'the careless site is ready on http://localhost:{sys.argv[2]}', flush=True)
    uvicorn.run(app, port=int(sys.argv[2]), log_level='error')
