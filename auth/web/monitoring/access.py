"""Who may ask how the server does: a program of its own machine, or whoever has the token.

Behind a proxy on the same machine every visitor seems to come from there. So "from this machine" is believed only of a
request that no proxy can have passed on, as far as a request can tell; where it cannot, the token is needed.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from ...requests.asgi import Scope
from ...requests.hosts import Hosts, host_of, is_local
from ...requests.proxies import parse_address
from ...settings import Settings

_OF_PROXIES = (b'x-forwarded', b'x-real-', b'x-original-', b'x-client-', b'x-cluster-', b'x-envoy-', b'cf-', b'fly-',
               b'true-client-', b'forwarded', b'via', b'cdn-')
"""How the headers begin by which proxies tell of themselves, or for whom they ask."""

_BEARER = 'bearer '


class Access:
    """Tells who may ask.

    :param settings: of the site
    """

    def __init__(self, settings: Settings) -> None:
        token = settings.metrics_token.get_secret_value()
        self._token = sha256(token.encode()).digest() if token else None
        self._proxies = settings.proxies
        self._is_known_elsewhere = _is_known_elsewhere(settings.hosts)

    def allows(self, scope: Scope) -> bool:
        """Tell whether whoever sends an ASGI request may ask; before it is settled where that came from."""
        return self._has_token(scope) or self._is_of_this_machine(scope)

    def _has_token(self, scope: Scope) -> bool:
        given = [value for name, value in scope['headers'] if name == b'authorization']
        if self._token is None or len(given) != 1:
            return False
        said = given[0].decode('latin-1')
        token = said[len(_BEARER):].strip() if said[:len(_BEARER)].lower() == _BEARER else ''
        # Digests are equally long: the time tells nothing of the token, not even its length.
        return hmac.compare_digest(sha256(token.encode('latin-1')).digest(), self._token)

    def _is_of_this_machine(self, scope: Scope) -> bool:
        peer = scope.get('client')
        address = parse_address(peer[0]) if peer else None
        if address is None or not address.is_loopback:
            return False
        if any(name.startswith(_OF_PROXIES) for name, _ in scope['headers']) or scope.get('http_version') == '1.0':
            return False  # nginx speaks 1.0 to what is behind it, if nobody tells it to do otherwise
        # Somebody else's name that leads here (DNS rebinding), or the site's own, as proxies pass it on.
        name = host_of(scope)
        if name is None or not is_local(name):
            return False
        # A site of other names that listens to this machine only is behind a proxy. One that is trusted has to say for
        # whom it asks. Any other may say nothing at all, and even name a host that its visitor has chosen.
        return not self._is_known_elsewhere or self._proxies.trusts(address)


def _is_known_elsewhere(hosts: Hosts) -> bool:
    names = [*hosts.allowed, *([hosts.origin.name] if hosts.origin else [])]
    return not all(is_local(name.removeprefix('*.')) for name in names)
