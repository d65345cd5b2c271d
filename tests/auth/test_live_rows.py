"""Lists that are read again: when they are, what is kept, and which page they show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui import Client, background_tasks, core, ui

from auth.components import live_rows
from auth.components.live_rows import LiveRows
from auth.errors import NotSignedIn, StoreAway
from auth.rules.admin_queries import AdminSession
from auth.timing import DEFAULT_TIMING, Timing
from models import RowsOf
from tests.patience import PATIENCE_SECONDS
from tests.running import both_stores

pytestmark = both_stores


def timing(list_again_seconds: float) -> Timing:
    """How long a list waits until it is read again."""
    return replace(DEFAULT_TIMING, list_again_seconds=list_again_seconds)


@dataclass
class OnePage:
    """The registry of tabs, with one tab in it."""

    client: Client
    auth: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(timing=timing(0.01)))
    tell: Callable[[Any], None] = lambda _: None

    def here(self) -> OnePage:
        return self

    @property
    def subscriptions(self) -> OnePage:
        return self

    def subscribe(self, _: object, subscriber: Callable[[Any], None]) -> Callable[[], None]:
        self.tell = subscriber
        return lambda: None


@dataclass
class Shelf:
    """Something that can be listed: the test puts things on it, or lets it be out of reach."""

    things: list[str] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    reads: int = 0
    at_once: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    others: set[asyncio.Task[Any]] = field(default_factory=lambda: set(background_tasks.running_tasks))
    """What is under way before anything is listed."""

    async def settle(self) -> None:
        """Let everything happen that is under way: what is read and drawn, or waits for the gate."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self._is_read() and (self.gate.is_set() or not self.at_once):
                await asyncio.sleep(0.001)

    def _is_read(self) -> bool:
        return any(task.get_name() == 'read a list' for task in background_tasks.running_tasks - self.others)

    async def read(self) -> list[str]:
        self.reads += 1
        self.at_once += 1
        assert self.at_once == 1
        found = list(self.things)
        await self.gate.wait()
        self.at_once -= 1
        if self.troubles:
            raise self.troubles.pop(0)
        return found

    async def whole(self, _: str | None, __: int) -> tuple[Sequence[str], bool]:
        """All of them on one page."""
        return await self.read(), False

    async def page(self, after: str | None, number: int) -> tuple[Sequence[str], bool]:
        """Two things a page."""
        found = [thing for thing in await self.read() if after is None or thing > after]
        return found[:2], len(found) > 2


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.gate.set()
    return shelf


@pytest.fixture
async def page(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OnePage]:
    """A page that is being built."""
    one = OnePage(Client(ui.page('')))
    monkeypatch.setattr(core, 'loop', asyncio.get_running_loop())
    monkeypatch.setattr(live_rows, 'tabs', lambda: one)
    yield one
    one.client.delete()


def list_of(page: OnePage, read: Any, **more: Any) -> LiveRows[str]:
    with page.client:
        return LiveRows[str](read, key=str, draw=lambda thing: ui.label(thing) and None, concerns=lambda _: True,
                             **more)


def texts(element: ui.element) -> list[str]:
    """What is written in an element, and can be seen."""
    return [part.text for part in element.descendants() if isinstance(part, ui.label)
            and all(one.visible for one in (part, *part.ancestors()))]


async def test_what_is_asked_for_twice_at_once_is_read_one_after_the_other(page: OnePage, shelf: Shelf) -> None:
    rows = list_of(page, shelf.whole)
    rows.reload()
    rows.reload()
    await shelf.settle()

    assert shelf.reads == 1


async def test_a_change_during_a_reading_lets_it_be_read_once_more(page: OnePage, shelf: Shelf) -> None:
    shelf.gate.clear()
    rows = list_of(page, shelf.whole)
    await shelf.settle()

    shelf.things = ['a']
    page.tell(None)
    page.tell(None)
    shelf.gate.set()
    await shelf.settle()

    assert texts(rows) == ['a']
    assert shelf.reads == 2


@pytest.mark.parametrize('trouble', [StoreAway(), NotSignedIn()])
async def test_a_change_during_a_reading_that_fails_is_not_lost(
        page: OnePage, shelf: Shelf, trouble: Exception) -> None:
    shelf.gate.clear()
    shelf.troubles = [trouble]
    rows = list_of(page, shelf.whole)
    await shelf.settle()

    shelf.things = ['a']
    page.tell(None)
    shelf.gate.set()
    await shelf.settle()

    assert texts(rows) == ['a']


async def test_while_the_store_is_away_it_is_tried_again_and_the_rows_stay(page: OnePage, shelf: Shelf) -> None:
    shelf.things = ['a']
    rows = list_of(page, shelf.whole)
    await shelf.settle()
    shelf.troubles = [StoreAway()] * 10_000

    page.tell(None)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while 'The server cannot reach its data right now. Trying again…' not in texts(rows):
            await asyncio.sleep(0.001)
    meanwhile = texts(rows)
    shelf.things = ['a', 'b']
    shelf.troubles.clear()
    await shelf.settle()

    assert meanwhile == ['The server cannot reach its data right now. Trying again…', 'a']
    assert texts(rows) == ['a', 'b']


async def test_a_list_that_is_gone_is_not_read_any_more(page: OnePage, shelf: Shelf) -> None:
    shelf.troubles = [StoreAway()] * 10_000
    rows = list_of(page, shelf.whole)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while shelf.reads < 3:
            await asyncio.sleep(0.001)

    rows.delete()
    before = shelf.reads
    page.tell(None)
    await shelf.settle()

    assert shelf.reads <= before + 1


async def test_a_list_of_an_authors_rows_is_read_when_these_change_and_not_when_others_do(
        page: OnePage, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = store_that_tells(page, monkeypatch, tells=True)
    with page.client:
        LiveRows[str](shelf.whole, key=str, draw=lambda _: None, rows=RowsOf('todo', 'user_ann'))
    await shelf.settle()

    for notes in ({'user_ann'}, {'rows:todo:user_bob'}, {'rows:todos:user_ann'}, {'rows:done:user_ann', 'user_bob'}):
        page.tell(notes)
        await shelf.settle()
    before = shelf.reads
    page.tell({'rows:todo:user_ann', 'user_bob'})
    await shelf.settle()
    page.tell({'rows:todo:*'})
    await shelf.settle()

    assert (before, shelf.reads) == (1, 3)
    assert len(answers) == 1  # it was asked once whether the table tells


async def test_a_list_of_users_is_not_read_when_an_authors_rows_change(page: OnePage, shelf: Shelf) -> None:
    list_of(page, shelf.whole)
    await shelf.settle()

    page.tell({'rows:todo:user_ann'})
    await shelf.settle()

    assert shelf.reads == 1


async def test_a_table_that_never_tells_is_told_of_once(page: OnePage, shelf: Shelf, monkeypatch: pytest.MonkeyPatch,
                                                        caplog: pytest.LogCaptureFixture) -> None:
    store_that_tells(page, monkeypatch, tells=False)
    for _ in range(2):
        with page.client:
            LiveRows[str](shelf.whole, key=str, draw=lambda _: None, rows=RowsOf('todo'))
        await shelf.settle()

    assert [record.message for record in caplog.records] == [
        'a list shows rows of "todo", and nothing tells when they change: call tell_tabs in a migration, again after '
        'batch_alter_table']


def store_that_tells(page: OnePage, monkeypatch: pytest.MonkeyPatch, *, tells: bool) -> list[object]:
    """A store in which an author's table has triggers, or has none; returns what it was asked."""
    asked: list[object] = []

    async def read(query: object, table: str) -> bool:
        asked.append((query, table))
        return tells

    monkeypatch.setattr(live_rows, '_LOOKED_AT', set())
    page.auth.store = SimpleNamespace(read=read)
    return asked


# Pages


@dataclass
class Book:
    """A list with pages, and its two buttons."""

    shelf: Shelf
    page: OnePage

    def __post_init__(self) -> None:
        self.rows = list_of(self.page, self.shelf.page, empty='Nothing.')
        self.pages = self.rows.pager
        self.newer, _, self.older = self.pages.default_slot.children

    def click(self, button: ui.element) -> None:
        """Press a button, whether it is disabled on the screen by now or not."""
        (self.pages.turn_back if button is self.newer else self.pages.turn_on)()

    @property
    def able(self) -> list[bool]:
        """Whether the buttons can be pressed."""
        return ['aria-disabled' not in button.props for button in (self.newer, self.older)]


@pytest.fixture
async def book(page: OnePage, shelf: Shelf) -> Book:
    """Five things, two a page."""
    shelf.things = list('abcde')
    book = Book(shelf, page)
    await shelf.settle()
    return book


async def test_pages_are_turned_and_turned_back(book: Book) -> None:
    seen = [texts(book.rows)]
    for button in (book.older, book.older, book.newer, book.newer):
        book.click(button)
        await book.shelf.settle()
        seen.append(texts(book.rows))

    assert seen == [['a', 'b'], ['c', 'd'], ['e'], ['c', 'd'], ['a', 'b']]
    assert book.able == [False, True]


async def was_turned_once(book: Book) -> None:
    """See that it shows the second page, and the first one after one turn back."""
    after_two = texts(book.rows)
    book.click(book.newer)
    await book.shelf.settle()

    assert after_two == ['c', 'd']
    assert texts(book.rows) == ['a', 'b']


async def test_two_quick_clicks_turn_one_page(book: Book, shelf: Shelf) -> None:
    book.click(book.older)
    book.click(book.older)
    await shelf.settle()

    await was_turned_once(book)


async def test_a_click_while_the_page_before_is_read_turns_one_page(book: Book, shelf: Shelf, page: OnePage) -> None:
    shelf.gate.clear()
    page.tell(None)
    await shelf.settle()
    book.click(book.older)
    book.click(book.older)
    shelf.gate.set()
    await shelf.settle()

    await was_turned_once(book)


async def test_a_page_that_could_not_be_read_is_turned_once(book: Book, shelf: Shelf) -> None:
    shelf.troubles = [StoreAway()]
    book.click(book.older)
    await asyncio.sleep(0)
    book.click(book.older)
    await shelf.settle()

    await was_turned_once(book)


async def test_when_the_last_page_empties_the_one_before_it_is_shown(book: Book, shelf: Shelf,
                                                                     page: OnePage) -> None:
    for _ in range(2):
        book.click(book.older)
        await shelf.settle()
    shelf.things.remove('e')
    page.tell(None)
    await shelf.settle()
    after_one = texts(book.rows), book.able
    shelf.things = []
    page.tell(None)
    await shelf.settle()

    assert after_one == (['c', 'd'], [True, False])
    assert texts(book.rows) == ['Nothing.']
    assert not book.pages.visible


# What is compared


def test_a_session_that_was_merely_active_is_the_same_row() -> None:
    of: Any = [None] * 4
    moments: Any = (1, 2)
    first, later = (AdminSession('sess', *of, moment) for moment in moments)

    assert first == later
