"""What an app keeps for the account in use: a storage that no other account of the browser can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import NotSignedIn
from ..live.state import AuthState
from ..live.tab import Tab
from ..live.tabs import tabs
from ..rules.account_values import as_json, forget_own_value, keep_own_value, read_own_values


async def account_storage() -> AccountStorage:
    """Open the storage of the account that uses the tab, with what is kept in it now.

    :raises NotSignedIn: if nobody is signed in here
    :raises StoreAway: if the store can't be reached
    :raises RuntimeError: outside of a page
    """
    tab = tabs().here()
    if tab.state.status != 'signed_in' or tab.state.session_id is None:
        raise NotSignedIn
    storage = AccountStorage(tab.page.id, tab.state, tab.state.session_id)
    await storage.read()
    return storage


class AccountStorage(Mapping[str, Any]):
    """What is kept for an account, by names of the app's choice; see ``account_storage``.

    It is open while its session is the one in use in its tab. After that, and while the tab loads, whatever asks it
    gets ``NotSignedIn``. It holds what was there when it was read or written last; what it gives are copies.

    :param page_id: the page of the tab
    :param state: the state of the tab
    :param session_id: the session that is in use there
    """

    def __init__(self, page_id: str, state: AuthState, session_id: str) -> None:
        self._page_id, self._state, self._session_id = page_id, state, session_id  # a tab would be a circle
        self._values: dict[str, str] = {}

    @property
    def is_open(self) -> bool:
        """Whether its account uses the tab."""
        return self._state.status == 'signed_in' and self._state.session_id == self._session_id

    async def read(self) -> None:
        """Read anew what is kept, which another tab or another process may have changed.

        :raises NotSignedIn: if its session is not in use here any more
        :raises StoreAway: if the store can't be reached
        """
        client = self._tab().client
        self._values = await tabs().auth.read(read_own_values, client, self._session_id)

    async def put(self, name: str, value: Any) -> None:
        """Keep a value under a name, in place of another one; it is kept when this returns.

        :param value: what JSON has: texts, numbers, True, False, None, and lists and dicts of them
        :raises NotSignedIn: if the session has ended, or another account uses the tab; then nothing was changed
        :raises StorageFull: if it is larger than 64 KiB as JSON, or would be one of more than 1,000
        :raises ValueError: if it is no name, or no value that JSON has; or ``TypeError``
        :raises StoreAway: if the store can't be reached; or ``OutcomeUnknown``
        """
        client = self._tab().client
        self._values = await tabs().auth.run(keep_own_value, client, self._session_id, name, as_json(value))

    async def remove(self, name: str) -> None:
        """Delete what is kept under a name, if there is something.

        :raises NotSignedIn: if the session has ended, or another account uses the tab; then nothing was changed
        :raises StoreAway: if the store can't be reached; or ``OutcomeUnknown``
        """
        client = self._tab().client
        self._values = await tabs().auth.run(forget_own_value, client, self._session_id, name)

    def __getitem__(self, name: str) -> Any:
        self._check()
        return json.loads(self._values[name])

    def __iter__(self) -> Iterator[str]:
        self._check()
        return iter(tuple(self._values))

    def __len__(self) -> int:
        self._check()
        return len(self._values)

    def __repr__(self) -> str:
        return f'<the storage of {self._session_id}, {"open" if self.is_open else "closed"}>'

    def _check(self) -> None:
        if not self.is_open:
            raise NotSignedIn

    def _tab(self) -> Tab:
        self._check()
        tab = tabs().get(self._page_id)
        if tab is None:  # it was closed
            raise NotSignedIn
        return tab
