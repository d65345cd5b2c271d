"""Apps that use the site from elsewhere, by the client libraries of Clerk: where they are, and their key."""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode

from pydantic import field_validator

from ..requests.hosts import is_local
from ..requests.origins import Origin, parse_origin, written_by_people
from .mail import MailSettings


class ClientSettings(MailSettings):
    """Apps that use the site from elsewhere."""

    allowed_origins: str = ''
    """The origins of other apps whose pages may use the Frontend API, separated by commas, such as
    ``https://app.example.com``. Tokens are made for them, and a handshake may lead to them."""

    @field_validator('allowed_origins')
    @classmethod
    def _check_allowed_origins(cls, value: str) -> str:
        origins = [parse_origin(written_by_people(one.strip().removesuffix('/')) or '')
                   for one in value.split(',') if one.strip()]
        if None in origins:
            raise ValueError('write whole origins such as https://app.example.com or http://localhost:3000, separated '
                             'by commas, without a path; * and names without a scheme are refused')
        return ','.join(dict.fromkeys(map(str, origins)))

    @property
    def other_origins(self) -> frozenset[Origin]:
        """The same, read."""
        origins = (parse_origin(one) for one in self.allowed_origins.split(',') if one)
        return frozenset(one for one in origins if one is not None)

    @property
    def key_host(self) -> str:
        """Whom session tokens are from: the host in ``PUBLIC_URL``, or where the server was told to listen. It only
        names the site, so this machine, whose name has no dot, is called by its number."""
        origin = parse_origin(self.own_url.removesuffix(self.root_path))
        if origin is None:
            return ''
        is_this_machine = '.' not in origin.name and is_local(origin.name)
        return Origin(origin.scheme, '127.0.0.1', origin.port).host if is_this_machine else origin.host

    @property
    def issuer(self) -> str:
        """The ``iss`` of session tokens. Clerk's libraries take ``https`` and the host in their key, nothing else."""
        return f'https://{self.key_host}'

    @property
    def publishable_key(self) -> str:
        """What Clerk's client libraries are given to know the site by; '' if its name has no dot, which they refuse."""
        if '.' not in self.key_host:
            return ''
        return f'pk_live_{b64encode(f"{self.key_host}$".encode()).decode()}'

    @property
    def why_no_publishable_key(self) -> str:
        """A sentence that says what to do to have a publishable key that others can use; '' if there is one."""
        if not self.public_url:
            return ('A publishable key is made of the setting PUBLIC_URL, which is not set. Set it to where people '
                    'find the site, such as https://example.com. On one machine, take the key that the page '
                    '/examples/javascript shows.')
        if not self.publishable_key:
            return (f'There is no publishable key: PUBLIC_URL is {self.public_url}, and Clerk\'s clients take no name '
                    'without a dot. Set it to a name that has one, or to an address in numbers.')
        return ''

    @property
    def cookie_suffix(self) -> str:
        """What Clerk's libraries put behind the names of cookies, to tell those of several sites on one host apart."""
        digest = hashlib.sha1(self.publishable_key.encode(), usedforsecurity=False).digest()
        return urlsafe_b64encode(digest).decode()[:8] if self.publishable_key else ''

    def cookie_names(self, name: str) -> tuple[str, ...]:
        """What a cookie of Clerk's libraries is called: by its name, and once more with the suffix if there is one."""
        return (name, f'{name}_{self.cookie_suffix}') if self.cookie_suffix else (name,)
