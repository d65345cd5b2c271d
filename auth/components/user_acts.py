# pyright: reportUnknownMemberType=false
"""What an administrator does to a user by a button, wherever that user is shown."""

from __future__ import annotations

from functools import partial

from ..language import _, ngettext
from ..live.tabs import tabs
from ..rules.actor import Administrator, by_admin
from ..rules.admin import revoke_user, set_admin, set_disabled
from ..rules.admin_queries import UserRow, count_sessions
from ..rules.names import isolated
from ..rules.roles import set_role
from .dialog import Question
from .live_rows import LiveRows
from .section import Section


class UserActs(Section):
    """The acts of a section that shows users; each asks before it reaches far, and says what it did."""

    rows: LiveRows[UserRow]

    @property
    def administrator(self) -> Administrator:
        """The administrator who uses the tab; the store checks that they still are one whenever they read or act."""
        return by_admin(self.tab.client, tabs().auth.settings.recent_authentication)

    def is_oneself(self, row: UserRow) -> bool:
        """Tell whether a user is who uses the tab."""
        user = self.tab.state.user
        return user is not None and user.id == row.user.id

    async def ask_sign_out(self, row: UserRow) -> None:
        """Sign a user out everywhere, if that is what is wanted."""
        count, yours = await self._count(row)
        if not count:
            await self._sign_out(row)
            return
        self.ask(Question(
            title=_('Sign out {address} everywhere?', address=isolated(row.user.email_address)),
            text=ngettext('{count} session ends at once, in every tab.',
                          '{count} sessions end at once, on every device.', count) + yours,
            act=ngettext('End {count} session', 'End {count} sessions', count)),
            partial(self._sign_out, row), refused=_('Nobody was signed out.'), about=row.user.id, recently=True)

    async def ask_disable(self, row: UserRow) -> None:
        """Disable a user, if that is what is wanted."""
        count, yours = await self._count(row)
        ends = ngettext('{count} session ends at once, in every tab.',
                        '{count} sessions end at once, on every device.', count) + yours if count else ''
        until = _('Nobody can sign in to this account until it is enabled again.')
        self.ask(Question(
            title=_('Disable {address}?', address=isolated(row.user.email_address)),
            text=f'{ends} {until}'.strip(),
            act=_('Disable')),
            partial(self.set_disabled, row, True), refused=_('Nothing was changed.'), about=row.user.id, recently=True)

    async def ask_admin(self, row: UserRow) -> None:
        """Make a user an administrator, or no longer one, if that is what is wanted."""
        address = isolated(row.user.email_address)
        if row.user.is_admin:
            question = Question(
                title=_('Withdraw administration from {address}?', address=address),
                text=_('These pages go away for you at once.') if self.is_oneself(row) else
                _('These pages go away for them at once. They stay signed in.'),
                act=_('Withdraw administration'))
        else:
            question = Question(
                title=_('Make {address} an administrator?', address=address),
                text=_('They can see and change every account and end every session, yours too.'),
                act=_('Make administrator'))
        self.ask(question, partial(self._set_admin, row, not row.user.is_admin), refused=_('Nothing was changed.'),
                 about=row.user.id, recently=True)

    async def ask_role(self, row: UserRow, role: str) -> None:
        """Take a role from a user, if that is what is wanted."""
        self.ask(Question(
            title=_('Take the role {role} from {address}?', role=role, address=isolated(row.user.email_address)),
            text=_('What it lets them see goes away for them at once. They stay signed in.'),
            act=_('Take it away')),
            partial(self._take_role, row, role), refused=_('Nothing was changed.'), about=row.user.id, recently=True)

    async def set_disabled(self, row: UserRow, disabled: bool) -> None:
        """Disable or enable a user, and say so."""
        ended = await tabs().auth.run(set_disabled, self.administrator, row.user.id, disabled, self.tab.request_info)
        self.rows.reload()
        address = isolated(row.user.email_address)
        self.tell(ngettext('{address} is disabled; {count} session ended.',
                           '{address} is disabled; {count} sessions ended.', ended, address=address) if disabled
                  else _('{address} may sign in again.', address=address))

    async def _count(self, row: UserRow) -> tuple[int, str]:
        """How many sessions would end now, and what has to be said beside that."""
        count = await tabs().auth.read(count_sessions, self.administrator, user_id=row.user.id)
        return count, ' ' + _('Yours is among them.') if count and self.is_oneself(row) else ''

    async def _sign_out(self, row: UserRow) -> None:
        ended = await tabs().auth.run(revoke_user, self.administrator, row.user.id, self.tab.request_info)
        self.rows.reload()
        self.tell(ngettext('{count} session of {address} ended.', '{count} sessions of {address} ended.', ended,
                           address=isolated(row.user.email_address)))

    async def _take_role(self, row: UserRow, role: str) -> None:
        await tabs().auth.run(set_role, self.administrator, row.user.id, role, False, self.tab.request_info)
        self.rows.reload()
        self.tell(_('{address} has the role {role} no more.', address=isolated(row.user.email_address), role=role))

    async def _set_admin(self, row: UserRow, is_admin: bool) -> None:
        await tabs().auth.run(set_admin, self.administrator, row.user.id, is_admin, self.tab.request_info)
        self.rows.reload()
        address = isolated(row.user.email_address)
        self.tell(_('{address} is an administrator now.', address=address) if is_admin
                  else _('{address} is no administrator any more.', address=address))
