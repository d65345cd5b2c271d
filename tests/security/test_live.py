"""Streams of events of a real server: how many connections they hold, who never reads, and a server that stops."""

from __future__ import annotations

import asyncio
import json

import aiohttp

from tests.patience import PATIENCE_SECONDS
from tests.security.conftest import Start
from tests.security.wire import browserlike, sign_up


async def told(stream: aiohttp.ClientResponse) -> tuple[str, dict[str, object]]:
    """The next event of a stream."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        name = data = ''
        while not data:
            line = (await stream.content.readline()).decode().rstrip('\n')
            name = line.removeprefix('event: ') if line.startswith('event: ') else name
            data = line.removeprefix('data: ') if line.startswith('data: ') else ''
    return name, json.loads(data)


async def test_streams_count_among_the_sockets_of_an_address_until_they_are_closed(start: Start) -> None:
    server = await start({'max_sockets_per_address': 2})
    async with browserlike() as http:
        ann, bob = await sign_up(http, server), await sign_up(http, server, 'bob@example.com')
        streams = [await http.get(f'{server.url}/v1/live', headers={'Cookie': ann}) for _ in range(2)]
        for stream in streams:
            assert (await told(stream))[0] == 'sessions'

        async with http.get(f'{server.url}/v1/live', headers={'Cookie': bob}) as refused:
            assert refused.status == 503
            assert refused.headers['retry-after'] == '30'
        assert 'MAX_SOCKETS_PER_ADDRESS' in server.log

        streams[0].close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with http.get(f'{server.url}/v1/live', headers={'Cookie': bob}) as stream:
                    if stream.status == 200:
                        assert (await told(stream))[0] == 'sessions'
                        break
                await asyncio.sleep(0.05)
        streams[1].close()


async def test_a_server_that_stops_says_so_and_waits_for_no_stream(start: Start) -> None:
    server = await start()
    async with browserlike() as http:
        ann = await sign_up(http, server)
        _, never_read = await asyncio.open_connection('localhost', server.port)
        never_read.write(f'GET /v1/live HTTP/1.1\r\nhost: localhost\r\ncookie: {ann}\r\n\r\n'.encode())
        stream = await http.get(f'{server.url}/v1/live', headers={'Cookie': ann})
        assert (await told(stream))[0] == 'sessions'

        await asyncio.to_thread(server.stop)

        never_read.transport.abort()
        assert await told(stream) == ('over', {'reason': 'stopping'})
        assert (await stream.content.read()).strip() == b''
        assert server.log.count('\n') == 1, server.log  # that it is ready; nothing had to be cancelled
