"""Who may ask how the processes do: whoever is on the machine, and nobody who comes through nginx."""

from __future__ import annotations

from tests.http import patient_client

from .site import Site


async def test_nginx_is_not_taken_for_a_program_of_the_machine(site: Site) -> None:
    paths = ('/healthz', '/readyz', '/metrics')
    async with site.visitor() as visitor:
        through_nginx = [await visitor.get(path) for path in paths]
        named = [await visitor.get(path, headers={'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1'})
                 for path in paths]
        nowhere = await visitor.get('/nowhere')
    async with patient_client(base_url=f'http://127.0.0.1:{site.first.port}') as operator:
        here = [await operator.get(path) for path in paths]

    assert {(answer.status_code, answer.text) for answer in (*through_nginx, *named)} == {(404, nowhere.text)}
    assert [answer.status_code for answer in here] == [200, 200, 200]
