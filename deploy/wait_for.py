"""Wait until the process on a port answers: ``python wait_for.py 8081``.

systemd counts a process as started when this has ended; see systemd/live-sessions@.service.
"""

from __future__ import annotations

import http.client
import os
import sys
import time

PATIENCE_SECONDS = 80
"""Less than what systemd allows for the start."""


def answers(port: int) -> bool:
    """Ask for the state of a browser that nobody knows."""
    connection = http.client.HTTPConnection(address(os.environ.get('HOST') or '127.0.0.1'), port, timeout=5)
    try:
        connection.request('GET', '/v1/client')
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def address(host: str) -> str:
    """Where a process answers this machine that listens on an address, or on all."""
    return {'0.0.0.0': '127.0.0.1', '::': '::1'}.get(host := host.strip('[]'), host)  # noqa: S104


def main() -> None:
    """Ask until it answers, or until there is no sense in waiting."""
    port, until = int(sys.argv[1]), time.monotonic() + PATIENCE_SECONDS
    while not answers(port):
        if time.monotonic() > until:
            sys.exit(f'The process on port {port} did not answer in {PATIENCE_SECONDS} seconds.')
        time.sleep(0.1)


if __name__ == '__main__':
    main()
