"""Acts of an author's: written in the transaction that finds who acts, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, delete, select, update

from auth.errors import AuthError, NotAllowed, NotSignedIn
from auth.rules.acting import Writes, act_as, read_as
from auth.rules.actor import Actor
from auth.rules.sessions import sign_out
from models import User
from tests.rules import Rules
from tests.running import both_stores


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


def own_name(db: Session, actor: Actor) -> str:
    """What an author reads."""
    return db.exec(select(User).where(col(User.id) == actor.user_id)).one().first_name


async def test_a_query_reads_for_who_is_signed_in_and_may(rules: Rules) -> None:
    ann = await rules.sign_up()
    client = await rules.here(ann.token)
    await rules.auth.run(act_as, client, ['private'], rename, 'Ann')

    assert await rules.auth.read(read_as, client, ['private'], own_name) == 'Ann'
    with pytest.raises(NotAllowed):
        await rules.auth.read(read_as, client, ['admin'], own_name)
    await rules.auth.run(sign_out, client)
    with pytest.raises(NotSignedIn):
        await rules.auth.read(read_as, client, ['private'], own_name)


def by_statement(db: Session, actor: Actor) -> None:
    db.exec(update(User).values(first_name='Eve'))


def by_deleting(db: Session, actor: Actor) -> None:
    db.exec(delete(User))


def by_object(db: Session, actor: Actor) -> None:
    db.exec(select(User)).one().first_name = 'Eve'


def by_flushing(db: Session, actor: Actor) -> None:
    by_object(db, actor)
    db.commit()


def by_connection(db: Session, actor: Actor) -> None:
    db.connection()


@pytest.mark.parametrize('query', [by_statement, by_deleting, by_object, by_flushing, by_connection])
@both_stores
async def test_a_query_that_would_write_is_refused_and_nothing_is_written(rules: Rules, query: Any) -> None:
    ann = await rules.sign_up()

    with pytest.raises(Writes, match='give to act'):
        await rules.auth.read(read_as, await rules.here(ann.token), ['private'], query)

    assert rules.sql('SELECT first_name FROM user') == [('',)]
