"""What people see while the store can be read and not written: a full disk, or a file that another program locks."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Generator
from contextlib import contextmanager

from playwright.async_api import expect

from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.running import only_on_sqlite
from tests.server import Server

from .devices import SIGNED_OUT, MakeDevice, a_new_address
from .watching import watch

CANNOT_SAVE = 'The server cannot save anything right now. Nothing was changed.'
AWAY = 'The server cannot reach its data right now. Nothing was changed.'


@contextmanager
def full_disk(server: Server) -> Generator[None]:
    """Let no file of a server grow, nor anything be written into one: its log neither."""
    assert server.process is not None
    _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


async def ready(server: Server) -> tuple[int, dict[str, str]]:
    """Ask how the server does."""
    async with patient_client(base_url=server.url) as http:
        answer = await http.get('/readyz')
    return answer.status_code, answer.json()['parts']


async def follows(server: Server) -> tuple[int, dict[str, str]]:
    """Ask it until it hears what changes: on a busy machine it may fall behind for a moment."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (answer := await ready(server))[1]['change_feed'] != 'ready':
            await asyncio.sleep(0.1)
    return answer


@only_on_sqlite
async def test_with_a_full_disk_people_read_on_are_told_the_truth_and_can_act_when_there_is_room(
        device: MakeDevice, fast_server: Server) -> None:
    laptop, phone = await device(fast_server), await device(fast_server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    watching = await watch(tab)

    with full_disk(fast_server):
        await tab.button().click()
        await expect(tab.see(CANNOT_SAVE).first).to_be_visible()
        refused = await phone.ask('POST', '/client/sign_ins', identifier=address, password=PASSWORD)
        await tab.page.reload()
        await tab.shows(session_id)
        claimed = await watching.ever_saw(SIGNED_OUT)
        unready = await follows(fast_server)
    while (await ready(fast_server))[0] != 200:
        await asyncio.sleep(0.1)
    assert await phone.sign_in(address) != session_id
    await tab.button().click()

    await tab.signed_out()
    assert not claimed
    assert refused.status == 503
    assert CANNOT_SAVE in (await refused.json())['errors'][0]['message']
    assert unready == (503, {'store': 'can be read and not written', 'change_feed': 'ready', 'mail_queue': 'ready'})
    assert fast_server.sql('SELECT status FROM session WHERE id = ?', session_id) == [('removed',)]


@only_on_sqlite
async def test_while_another_program_locks_the_file_tabs_stay_true_ends_are_seen_and_acts_are_told_to_wait(
        device: MakeDevice, fast_server: Server) -> None:
    laptop, phone = await device(fast_server), await device(fast_server)
    session_id, ending = await laptop.sign_up(), await phone.sign_up()
    tab, gone = await laptop.tab('/account'), await phone.tab('/account')
    await tab.shows(session_id)
    await gone.shows(ending)
    told = fast_server.log.count('database is locked')
    fast_server.sql("UPDATE session SET expire_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 seconds') || '000' "
                    'WHERE id = ?', ending)

    with fast_server.database.locked():
        await gone.signed_out()  # by its time, although that cannot be written
        await tab.button().click()
        await expect(tab.see(AWAY).first).to_be_visible()
        while fast_server.log.count('database is locked') < told + 4:  # each waited: longer than tabs are shown unheard
            await asyncio.sleep(0.05)
        await tab.shows(session_id)
        unready = await follows(fast_server)
    await tab.button().click()

    await tab.signed_out()
    assert unready[0] == 503
    assert unready[1]['change_feed'] == 'ready'
    how = {session_id: 'removed', ending: 'expired'}
    while dict(fast_server.sql('SELECT id, status FROM session WHERE id IN (?, ?)', session_id, ending)) != how:
        await asyncio.sleep(0.05)
