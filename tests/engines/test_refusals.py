"""What the policy of a page refuses is refused in each engine, and told to the server: so other tests would see it."""

from __future__ import annotations

from tests.running import either_store
from tests.server import Server

from .engine import Engine
from .processes import wait_until
from .tab import Tab

pytestmark = either_store


def test_a_script_that_got_into_a_page_does_not_run_and_the_server_is_told(engine: Engine, shared_server: Server
                                                                         ) -> None:
    def told() -> int:  # the log has one of them now and then
        return shared_server.sql("SELECT coalesce(sum(count), 0) FROM policy_violation WHERE page = '/'")[0][0]

    before = told()
    tab = Tab(engine, engine.new_tab(), shared_server.url).open('/')

    tab.run('() => { document.body.append(Object.assign(document.createElement("script"), {text: "window.ran = 1"})) }')

    wait_until(lambda: told() > before, 40)
    assert tab.run('() => window.ran ?? null') is None
