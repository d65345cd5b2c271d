"""``/v1/admin``: what an administrator does with a secret, which may not cross the websocket."""

from __future__ import annotations

from ...rules.actor import Administrator, by_admin
from ...rules.admin import create_user, set_password
from ...rules.context import Auth
from ...rules.invitations import invite
from ...rules.roles import set_role
from .endpoint import Answer, Call, Endpoint, envelope, is_on
from .serializers import invitation_json


class AdminEndpoints:
    """The endpoints of administration.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/admin/users': {'POST': self._create_user},
            '/v1/admin/invitations': {'POST': self._invite},
            '/v1/admin/users/{user_id}/set_password': {'POST': self._set_password},
            '/v1/admin/users/{user_id}/give_role': {'POST': self._give_role},
        }

    def _administrator(self, call: Call) -> Administrator:
        return by_admin(call.client, self._auth.settings.recent_authentication)

    async def _create_user(self, call: Call) -> Answer:
        fields = await call.fields()
        made = await create_user(
            self._auth, self._administrator(call), email_address=fields.get('email_address', ''),
            password=fields.get('password', ''), first_name=fields.get('first_name', ''),
            last_name=fields.get('last_name', ''), is_admin=is_on(fields, 'is_admin'), request_info=call.request_info)
        return envelope({'object': 'user', 'id': made.id, 'email_address': made.email_address})

    async def _invite(self, call: Call) -> Answer:
        fields, settings = await call.fields(), self._auth.settings
        made = await self._auth.run(invite, self._administrator(call), email_address=fields.get('email_address', ''),
                                    days=fields.get('days', ''), settings=settings, limits=self._auth.limits,
                                    request_info=call.request_info)
        return envelope(invitation_json(made, settings.own_url))

    async def _give_role(self, call: Call) -> Answer:
        fields, user_id = await call.fields(), call.parts['user_id']
        await self._auth.run(set_role, self._administrator(call), user_id, fields.get('role', ''), True,
                             call.request_info)
        return envelope({'object': 'user', 'id': user_id})

    async def _set_password(self, call: Call) -> Answer:
        fields, user_id = await call.fields(), call.parts['user_id']
        ended = await set_password(self._auth, self._administrator(call), user_id, fields.get('password', ''),
                                   request_info=call.request_info)
        return envelope({'object': 'user', 'id': user_id, 'sessions_ended': ended})
