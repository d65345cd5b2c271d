"""``/v1/me``: the account of whoever is signed in, and their devices."""

from __future__ import annotations

from collections.abc import Iterator

from ...changes.clients import Clients
from ...errors import NotSignedIn
from ...rules.clients import ClientView, UserView
from ...rules.context import Auth
from ...rules.device_names import rename_device
from ...rules.devices import read_all_devices, revoke_device, revoke_others
from ...rules.new_passwords import check_new_password, person_typing
from ...rules.personal_data import export_own
from ...rules.profile import change_name, change_password, delete_account
from .endpoint import Answer, Call, Endpoint, envelope, is_on, shown
from .serializers import deleted_user_json, device_json, personal_data_json, user_json
from .shapes import Json


class MeEndpoints:
    """The endpoints of one's own account.

    :param auth: what the verbs need
    :param clients: know who is signed in
    """

    def __init__(self, auth: Auth, clients: Clients) -> None:
        self._auth = auth
        self._clients = clients
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/me': {'GET': self._get, 'PATCH': self._change_name, 'DELETE': self._delete},
            '/v1/me/personal_data': {'POST': self._personal_data},
            '/v1/me/change_password': {'POST': self._change_password},
            '/v1/me/sessions': {'GET': self._devices},
            '/v1/me/sessions/active': {'GET': self._devices},
            '/v1/me/sessions/revoke_others': {'POST': self._revoke_others},
            '/v1/me/sessions/{session_id}': {'PATCH': self._rename_device},
            '/v1/me/sessions/{session_id}/revoke': {'POST': self._revoke},
            '/v1/password_checks': {'POST': self._check_password},
        }

    async def _get(self, call: Call) -> Answer:
        wanted, signed_in = self._wanted(call), call.client.signed_in(self._auth.now()) if call.client else ()
        if not any(session.id == wanted for session in signed_in):
            raise NotSignedIn
        return self._shown_user(call, call.client)

    async def _change_name(self, call: Call) -> Answer:
        fields = await call.fields()
        await self._auth.run(change_name, call.client, first_name=fields.get('first_name'),
                             last_name=fields.get('last_name'), request_info=call.request_info,
                             actor_session_id=call.actor_session_id)
        return self._shown_user(call, await self._after(call))

    async def _change_password(self, call: Call) -> Answer:
        fields = await call.fields()
        done = await change_password(
            self._auth, call.client, current_password=fields.get('current_password', ''),
            new_password=fields.get('new_password', ''), request_info=call.request_info,
            actor_session_id=call.actor_session_id,
            sign_out_others=is_on(fields, 'sign_out_of_other_sessions'))
        after = await self._after(call)
        answer = self._shown_user(call, after, revoked=done.revoked)
        return answer.with_cookie(call, done.token, after, self._auth.now())

    async def _delete(self, call: Call) -> Answer:
        fields = await call.fields()
        user_id = next((user.id for user in self._users(call, call.client)), '')
        await delete_account(self._auth, call.client, password=fields.get('password', ''),
                             confirmation=fields.get('confirmation', ''), request_info=call.request_info,
                             actor_session_id=call.actor_session_id)
        return await self._done(call, deleted_user_json(user_id))

    async def _personal_data(self, call: Call) -> Answer:
        found = await self._auth.run(export_own, call.client, request_info=call.request_info,
                                     actor_session_id=call.actor_session_id,
                                     recent=self._auth.settings.recent_authentication)
        return await self._done(call, {'object': 'personal_data', **personal_data_json(found)})

    async def _devices(self, call: Call) -> Answer:
        devices = await self._auth.read(read_all_devices, call.client, session_id=call.actor_session_id)
        return Answer([device_json(device) for device in devices])

    async def _rename_device(self, call: Call) -> Answer:
        fields, session_id = await call.fields(), call.parts['session_id']
        name = await self._auth.run(rename_device, call.client, session_id, fields.get('device_name'),
                                    actor_session_id=call.actor_session_id, request_info=call.request_info)
        return await self._done(call, {'object': 'session', 'id': session_id, 'device_name': name or None})

    async def _revoke(self, call: Call) -> Answer:
        session_id = call.parts['session_id']
        device, status = await self._auth.run(
            revoke_device, call.client, session_id, actor_session_id=call.actor_session_id,
            recent=self._auth.settings.recent_authentication, request_info=call.request_info)
        return await self._done(call, device_json(device, status))

    async def _revoke_others(self, call: Call) -> Answer:
        revoked = await self._auth.run(revoke_others, call.client, actor_session_id=call.actor_session_id,
                                       recent=self._auth.settings.recent_authentication,
                                       request_info=call.request_info)
        return await self._done(call, {'object': 'sessions', 'revoked': revoked})

    async def _check_password(self, call: Call) -> Answer:
        """Tell, while it is typed, whether a new password is acceptable; nothing of it is kept."""
        self._auth.limits.check_typing(call.request_info.ip_address)
        fields = await call.fields()
        person = person_typing(call.client, self._auth.now(), email_address=fields.get('email_address', ''),
                               first_name=fields.get('first_name', ''), last_name=fields.get('last_name', ''))
        await check_new_password(self._auth, fields.get('password', ''), person, param=fields.get('param', 'password'),
                                 breached=False)
        return envelope({'object': 'password_check', 'acceptable': True})

    async def _after(self, call: Call) -> ClientView | None:
        return call.client and await self._clients.find_after_act(call.client.id)

    def _wanted(self, call: Call) -> str | None:
        return call.actor_session_id or (call.client and call.client.chosen_session_id)

    def _users(self, call: Call, *clients: ClientView | None) -> Iterator[UserView]:
        """Who acts, as each of these knew them."""
        wanted = self._wanted(call)
        return (session.user for client in clients if client for session in client.sessions if session.id == wanted)

    def _shown_user(self, call: Call, after: ClientView | None, **more: int) -> Answer:
        """Answer with the user who acted: as they are now, or as they were if they were signed out meanwhile."""
        user = next(self._users(call, after, call.client), None)
        if user is None:
            raise NotSignedIn
        return envelope({**user_json(user), **more}, shown(after, self._auth.now()))

    async def _done(self, call: Call, response: Json) -> Answer:
        after = await self._after(call)
        return envelope(response, shown(after, self._auth.now())).with_clearing(after, self._auth.now())
