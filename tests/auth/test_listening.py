"""Where the server listens, and the URL that is printed of it."""

from __future__ import annotations

import socket

import pytest

from auth.web.listening import CannotListen, listen, url_of


@pytest.mark.parametrize(('host', 'url'), [
    ('127.0.0.1', 'http://localhost:'), ('127.0.0.2', 'http://127.0.0.2:'), ('localhost', 'http://localhost:'),
    ('0.0.0.0', 'http://localhost:'), ('::1', 'http://[::1]:'), ('::', 'http://localhost:'),  # noqa: S104
    ('0:0::0', 'http://localhost:'), ('0:0:0:0:0:0:0:1', 'http://[::1]:'),
])
def test_the_url_of_an_address_can_be_clicked(host: str, url: str) -> None:
    with listen(host, 0) as listener:
        assert url_of(listener, host).startswith(url)
        assert url_of(listener, host).rpartition(':')[2] == str(listener.getsockname()[1])


def test_every_address_is_ipv4_as_well() -> None:
    with listen('::', 0) as listener:
        port = listener.getsockname()[1]
        for host in ('127.0.0.1', '::1'):
            socket.create_connection((host, port), 5).close()


def test_where_no_socket_takes_both_the_url_is_one_of_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, 'has_dualstack_ipv6', lambda: False)

    with listen('::', 0) as listener:
        assert url_of(listener, '::').startswith('http://[::1]:')


@pytest.mark.parametrize('host', ['nowhere.invalid', '203.0.113.7', '2001:db8::7', 'x' * 70 + '.example', '::g'])
def test_an_address_that_cannot_be_had_is_told(host: str) -> None:
    with pytest.raises(CannotListen, match=r'Set HOST or --host to'):
        listen(host, 0)


def test_a_port_that_is_in_use_is_told() -> None:
    with listen('127.0.0.1', 0) as taken, pytest.raises(CannotListen, match='choose another one with --port'):
        listen('127.0.0.1', taken.getsockname()[1])
