"""What happened to the account of a user, for administrators."""

from __future__ import annotations

from ..live.tabs import tabs
from ..rules.actor import by_admin
from ..rules.history import History, HistoryEvent, read_history_of
from .session_history import SessionHistory


class UserHistory(SessionHistory):
    """The same as a person sees of their own account, of any user.

    :param user_id: whose it is
    """

    def __init__(self, user_id: str) -> None:
        super().__init__()
        self.user_id = user_id

    async def read(self, last: HistoryEvent | None) -> History:
        """Read the page after an event."""
        return await tabs().auth.read(read_history_of, by_admin(self.tab.client), self.user_id, after=last)
