"""The headers of every answer, and those of a request that nothing behind the gateway may see."""

from __future__ import annotations

from ..requests.api_prefix import USUAL_PREFIX
from ..requests.asgi import Message, Scope, Send
from ..settings.headers import HeaderSettings, parse_sources
from .content_policy import ContentPolicy
from .cookies import is_secure

REFUSAL = 'live_sessions.refusal'
"""The key under which the scope of a socket holds the headers of the answer to one that is turned away."""

_DROPPED = b'x-forwarded-prefix'
"""NiceGUI believes this header from anybody and writes it into the page."""

_POLICY = b'content-security-policy'
_HTML = b'text/html'

_ALWAYS = (
    (b'x-content-type-options', b'nosniff'),
    (b'referrer-policy', b'same-origin'),
    (b'cross-origin-opener-policy', b'same-origin'),
    (b'cross-origin-resource-policy', b'same-origin'),
)

_FEATURES = ('accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'hid', 'magnetometer',
             'microphone', 'midi', 'payment', 'serial', 'usb', 'xr-spatial-tracking')
"""What no page asks a browser for, unless the settings say so: a script that gets in must not be able to, either."""


def drop_forged_headers(scope: Scope) -> None:
    """Take away what a visitor could forge."""
    scope['headers'] = [header for header in scope['headers'] if header[0] != _DROPPED]


class Headers:
    """Adds to each answer what tells a browser what it may make of it.

    :param settings: what the site allows beside what is its own
    :param api_prefix: below which path the Frontend API is
    """

    def __init__(self, settings: HeaderSettings, api_prefix: str = USUAL_PREFIX) -> None:
        self._policy = ContentPolicy(parse_sources(settings.content_sources), api_prefix)
        allowed = settings.permissions.split(',')
        self._of_documents = (
            (b'permissions-policy', ', '.join(f'{name}=()' for name in _FEATURES if name not in allowed).encode()),
        )
        https = f'max-age={settings.hsts_seconds}' + ('; includeSubDomains' if settings.hsts_subdomains else '')
        self._https = ((b'strict-transport-security', https.encode()),) if settings.hsts_seconds else ()

    def added(self, scope: Scope, send: Send) -> Send:
        """Add the headers to the answer to a request; those that the answer has by itself stay as they are."""
        async def sending(message: Message) -> None:
            if message['type'] == 'http.response.start':
                given = message['headers']
                is_document = any(name == b'content-type' and value.startswith(_HTML) for name, value in given)
                ours = self.of_document(scope) if is_document else self.of_anything_else(scope)
                names = {name.lower() for name, _ in given}
                message['headers'] = [*given, *(header for header in ours if header[0] not in names)]
            await send(message)

        return sending

    def of_document(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        """The headers of HTML."""
        return (*self._for_all(scope), *self._of_documents, (_POLICY, self._policy.of_document(scope)))

    def of_anything_else(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        """The headers of what is no document."""
        return (*self._for_all(scope), (_POLICY, self._policy.of_anything_else(scope)))

    def _for_all(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        # Over plain http anybody on the way could have written it, so browsers do not believe it there (RFC 6797, 7.2).
        return (*_ALWAYS, *self._https) if is_secure(scope) else _ALWAYS
