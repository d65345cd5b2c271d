"""The endpoints of what is mailed: the code of a new address, and a link to undo that."""

from __future__ import annotations

from ...changes.clients import Clients
from ...rules.address_change import ask_for_address, confirm_address, send_code_again, undo_address_change
from ...rules.context import Auth
from .endpoint import Answer, Call, Endpoint, envelope, shown
from .serializers import VERIFIED_BY_MAIL, address_json
from .shapes import Json


class RecoveryEndpoints:
    """The endpoints of what is mailed.

    :param auth: what the verbs need
    :param clients: know who is signed in
    """

    def __init__(self, auth: Auth, clients: Clients) -> None:
        self._auth = auth
        self._clients = clients
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/me/email_addresses': {'POST': self._ask_for_address},
            '/v1/me/email_addresses/{address_id}/prepare_verification': {'POST': self._send_code},
            '/v1/me/email_addresses/{address_id}/attempt_verification': {'POST': self._confirm_address},
            '/v1/email_addresses/undo': {'POST': self._undo},
        }

    async def _ask_for_address(self, call: Call) -> Answer:
        fields = await call.fields()
        address_id, address = await ask_for_address(
            self._auth, call.client, email_address=fields.get('email_address', ''),
            request_info=call.request_info, actor_session_id=call.actor_session_id)
        return await self._answer(call, address_json(address_id, address, self._auth.now()))

    async def _send_code(self, call: Call) -> Answer:
        address_id = call.parts['address_id']
        address = await self._auth.run(
            send_code_again, call.client, address_id, limits=self._auth.limits,
            ip_address=call.request_info.ip_address, actor_session_id=call.actor_session_id)
        return await self._answer(call, address_json(address_id, address, self._auth.now()))

    async def _confirm_address(self, call: Call) -> Answer:
        fields, address_id = await call.fields(), call.parts['address_id']
        address = await confirm_address(self._auth, call.client, address_id, code=fields.get('code', ''),
                                        request_info=call.request_info, actor_session_id=call.actor_session_id)
        return await self._answer(call, address_json(address_id, address, self._auth.now(), VERIFIED_BY_MAIL))

    async def _undo(self, call: Call) -> Answer:
        fields = await call.fields()
        code = await undo_address_change(self._auth, code=fields.get('code', ''), request_info=call.request_info)
        return await self._answer(call, {'object': 'email_address_undo', 'code': code})

    async def _answer(self, call: Call, response: Json) -> Answer:
        after = call.client and await self._clients.find_after_act(call.client.id)
        answer = envelope(response, shown(after, self._auth.now()))
        return answer if call.client is None else answer.with_clearing(after, self._auth.now())
