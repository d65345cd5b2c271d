"""People for tests: accounts that are there before anybody signs in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from models import User

from ..live.tabs import tabs
from ..rules.context import Auth

PASSWORD = 'correct horse battery'  # noqa: S105 (of everybody in tests, who are nobody)


class HasHttpClient(Protocol):
    """What is needed of NiceGUI's ``User``: the client that keeps its cookies."""

    http_client: Any


async def signed_in(user: HasHttpClient, email_address: str, *, is_admin: bool = False, first_name: str = '',
                    last_name: str = '') -> str:
    """Sign NiceGUI's ``User`` in, through the Frontend API as a browser would; open pages after it.

    :param user: of the fixture ``user``, or of ``create_user``
    :param email_address: of the account, which is made if there is none; its password is ``PASSWORD``
    :return: the id of the account
    :raises AssertionError: if the sign-in was refused, saying why
    """
    user_id = await _account(tabs().auth, email_address, is_admin=is_admin, first_name=first_name, last_name=last_name)
    answer = await user.http_client.post('/v1/client/sign_ins', headers={'Origin': str(user.http_client.base_url)},
                                         data={'identifier': email_address, 'password': PASSWORD})
    assert answer.status_code == 200, f'{email_address} could not sign in: {answer.text}'  # noqa: S101 (it is a test)
    return user_id


async def _account(auth: Auth, email_address: str, **facts: Any) -> str:
    hashed = await auth.passwords.hash(PASSWORD)
    return await auth.run(_make_account, email_address, hashed, facts)


def _make_account(db: Connection, now: datetime, email_address: str, password_hash: str, facts: dict[str, Any]) -> str:
    """Make an account, whoever may sign up, or give the one there is these facts."""
    found = db.execute(select(col(User.id)).where(col(User.email_address) == email_address)).scalar()
    if found is None:
        made = User(email_address=email_address, password_hash=password_hash, password_changed_at=now, created_at=now,
                    address_confirmed_at=now)
        db.execute(insert(User).values(**made.model_dump(exclude={'search_text'}) | facts))
        return made.id
    db.execute(update(User).where(col(User.id) == found).values(**facts))
    return found
