"""A real nginx with the configuration that is shipped; only its ports, names and paths are those of the test."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.debian import find_or_install
from tests.ports import free_port
from tests.programs import ROOT, end

SHIPPED = ROOT / 'deploy' / 'nginx' / 'live-sessions.conf'
START_SECONDS = 20

# What a machine's own nginx.conf says around it. One process, which is a child of the test.
AROUND = '''
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 1024; }}
http {{
    {around}
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/live-sessions.conf;
}}
'''


@dataclass
class Nginx:
    """nginx in front of two processes of this machine.

    :param folder: where it keeps all that it writes; ``certificate.pem`` and ``key.pem`` are there
    :param processes: the ports of the processes
    """

    folder: Path
    processes: tuple[int, int]
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    around: str = ''
    """What the machine's own nginx.conf says besides."""
    patience: str = '10s'
    """How long a slow visitor is waited for; tests have less time than a site."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the site is."""
        return f'https://localhost:{self.port}'

    @property
    def plain_url(self) -> str:
        """The same site without TLS."""
        return f'http://localhost:{self.plain_port}'

    @property
    def served(self) -> list[str]:
        """A line for each request that was answered."""
        return (self.folder / 'access.log').read_text(encoding='utf-8').splitlines()

    @property
    def errors(self) -> str:
        """What it has complained of."""
        return (self.folder / 'error.log').read_text(encoding='utf-8')

    async def start(self) -> Nginx:
        """Start it, and wait until it takes connections."""
        (self.folder / 'live-sessions.conf').write_text(self._shipped_with_our_names(), encoding='utf-8')
        (self.folder / 'nginx.conf').write_text(AROUND.format(folder=self.folder, around=self.around), encoding='utf-8')
        with (self.folder / 'output.log').open('ab') as output:
            self.process = subprocess.Popen([find(), '-p', str(self.folder), '-c', str(self.folder / 'nginx.conf'),
                                             '-e', str(self.folder / 'error.log')], stdout=output, stderr=output)
        for _ in range(START_SECONDS * 50):
            if self.process.poll() is not None:
                break
            try:
                _, writer = await asyncio.open_connection('127.0.0.1', self.port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return self
        self.stop()
        raise RuntimeError(f'nginx did not start:\n{(self.folder / "output.log").read_text()}\n{self.errors}')

    def certify(self, authority: trustme.CA) -> None:
        """Give it a certificate for the name it serves here."""
        certificate = authority.issue_cert('localhost')
        certificate.private_key_pem.write_to_path(self.folder / 'key.pem')
        for part in certificate.cert_chain_pems:
            part.write_to_path(self.folder / 'certificate.pem', append=True)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            end(self.process)

    def _shipped_with_our_names(self) -> str:
        text = SHIPPED.read_text(encoding='utf-8')
        first, second = self.processes
        for pattern, ours in (
            (r' +listen \[::\]:.*\n', ''),  # not every machine has IPv6
            (r'listen 80\b', f'listen 127.0.0.1:{self.plain_port}'),
            (r'listen 443\b', f'listen 127.0.0.1:{self.port}'),
            (r'/etc/letsencrypt/live/sessions\.example\.com/fullchain\.pem', f'{self.folder}/certificate.pem'),
            (r'/etc/letsencrypt/live/sessions\.example\.com/privkey\.pem', f'{self.folder}/key.pem'),
            (r'server_name sessions\.example\.com', 'server_name localhost'),
            (r'/var/log/nginx/live-sessions\.log', f'{self.folder}/access.log'),
            (r'/var/www/html', f'{self.folder}/acme'),
            (r'(client_(?:header|body)_timeout) 10s', rf'\1 {self.patience}'),
            (r'server 127\.0\.0\.1:8081', f'server 127.0.0.1:{first}'),
            (r'server 127\.0\.0\.1:8082', f'server 127.0.0.1:{second}'),
        ):
            text, count = re.subn(pattern, ours, text)
            assert count, f'{SHIPPED.name} has no {pattern!r} any more'
        return text


def find() -> str:
    """Find nginx, or install it where there is none.

    :raises RuntimeError: if there is none and none can be installed
    """
    everywhere = os.pathsep.join([os.environ.get('PATH', os.defpath), '/usr/sbin', '/usr/local/sbin'])
    if path := find_or_install(lambda: shutil.which('nginx', path=everywhere), 'nginx-light'):
        return path
    raise RuntimeError('The tests of deploy/ need nginx, and none could be installed: '
                       'install nginx 1.19.4 or newer and run the tests again.')
