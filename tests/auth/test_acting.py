"""Acts of an author's: written in the transaction that finds who acts, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from auth.errors import AuthError, NotAllowed, NotSignedIn
from auth.rules.acting import act_as
from auth.rules.actor import Actor
from auth.rules.sessions import sign_out
from models import User
from tests.rules import Rules


def rename(db: Session, actor: Actor, name: str, *, fails: bool = False) -> User:
    """What an author writes."""
    db.exec(update(User).where(col(User.id) == actor.user_id).values(first_name=name))
    db.commit()  # an author may be used to it; nothing is committed before all is done
    if fails:
        raise AuthError('There is no room left.')
    return db.exec(select(User).where(col(User.id) == actor.user_id)).one()


async def test_what_an_act_returns_can_be_used_after_it(rules: Rules) -> None:
    ann = await rules.sign_up()

    user = await rules.auth.run(act_as, await rules.here(ann.token), ['private'], rename, 'Ann')

    assert (user.id, user.first_name) == (ann.user_id, 'Ann')
    assert rules.sql('SELECT first_name FROM user') == [('Ann',)]


async def test_an_act_that_fails_leaves_nothing_even_if_it_has_committed(rules: Rules) -> None:
    ann = await rules.sign_up()

    with pytest.raises(AuthError, match='no room left'):
        await rules.auth.run(act_as, await rules.here(ann.token), ['private'], rename, 'Ann', fails=True)

    assert rules.sql('SELECT first_name FROM user') == [('',)]


async def ended(rules: Rules, ann: Any) -> None:
    await rules.auth.run(sign_out, await rules.here(ann.token))


async def renewed(rules: Rules, ann: Any) -> None:
    await rules.sign_in(client=await rules.here(ann.token))


async def disabled(rules: Rules, ann: Any) -> None:
    rules.sql('UPDATE user SET disabled = ?', True)


async def outlived(rules: Rules, ann: Any) -> None:
    rules.clock.forward(days=1)


@pytest.mark.parametrize('what', [ended, renewed, disabled, outlived])
async def test_who_was_let_in_and_is_not_signed_in_any_more_writes_nothing(rules: Rules, what: Any) -> None:
    ann = await rules.sign_up()
    before = await rules.here(ann.token)

    await what(rules, ann)

    with pytest.raises(NotSignedIn):
        await rules.auth.run(act_as, before, ['private'], rename, 'Eve')
    assert rules.sql('SELECT first_name FROM user') == [('',)]


async def test_an_administrators_act_takes_a_right_that_was_not_withdrawn(rules: Rules) -> None:
    ann = await rules.sign_up()
    rules.sql('UPDATE user SET is_admin = ?', True)
    client = await rules.here(ann.token)
    await rules.auth.run(act_as, client, ['private', 'admin'], rename, 'Ada')

    rules.sql('UPDATE user SET is_admin = ?', False)

    with pytest.raises(NotAllowed):
        await rules.auth.run(act_as, client, ['private', 'admin'], rename, 'Eve')
    assert rules.sql('SELECT first_name FROM user') == [('Ada',)]
