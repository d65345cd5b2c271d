"""Reading a request of the Frontend API: where it may come from, and what its body holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl

from ...errors import AuthError, ParamInvalid
from ...language import N_
from ...requests.asgi import Receive, Scope, header
from ..bodies import BrokenOff, read_body

MAX_BODY_BYTES = 16 * 1024
"""Room for the longest password and names many times over; a larger body is refused before it is read."""


class OriginRefused(AuthError):
    """The request was made by another site."""

    code: ClassVar[str] = 'origin_invalid'
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    text = N_('This request came from another site. Open this site itself and try again. If you did, whoever runs it '
              'finds in its log what to set.')


class AnotherSite(AuthError):
    """The request was made by an app that is allowed, but on another site: no browser sends our cookie from there."""

    code: ClassVar[str] = 'another_site'
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    text = N_('This app is on another site than the server that it asks, so your browser would not keep you signed in. '
              'Whoever runs the app has to put both below one domain, or let the app pass requests on.')


class RedirectRefused(AuthError):
    """A browser was to be sent to somewhere that is neither the site nor an app that is allowed."""

    code: ClassVar[str] = 'redirect_url_mismatch'
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    text = N_('This address is of no app that may send people here. If it is yours, name its origin in the setting '
              'ALLOWED_ORIGINS.')


class NoSuchEndpoint(AuthError):
    """A path that the Frontend API does not have."""

    code: ClassVar[str] = 'resource_not_found'
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    text = N_('The Frontend API has nothing at this path.')


class MethodRefused(AuthError):
    """A path of the Frontend API, asked in a way it does not answer."""

    code: ClassVar[str] = 'method_not_allowed'
    status: ClassVar[HTTPStatus] = HTTPStatus.METHOD_NOT_ALLOWED
    text = N_('This path does not answer to this method; the Allow header says which it does.')

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = ', '.join(allowed).replace('GET', 'GET, HEAD')


class TabUnknown(AuthError):
    """A tab that is not open here, or a socket that is not its own."""

    code: ClassVar[str] = 'tab_unknown'
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    text = N_('This tab is not known any more. Reload the page.')


class BodyTooLarge(AuthError):
    """More than any request needs."""

    code: ClassVar[str] = 'request_body_too_large'
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    text = N_('Send {count} KiB at most.', count=MAX_BODY_BYTES // 1024)


class BodyInvalid(AuthError):
    """Neither a form nor a JSON object of texts."""

    code: ClassVar[str] = 'request_body_invalid'
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    text = N_('Send a form, or a JSON object whose values are texts.')


def method_of(scope: Scope) -> str:
    """Tell the method; Clerk's clients send a POST that names another one, which spares them a CORS preflight."""
    if scope['method'] != 'POST':
        return scope['method']
    return parse_qs(scope['query_string'].decode('latin-1')).get('_method', ['POST'])[0].upper()


async def read_fields(scope: Scope, receive: Receive) -> dict[str, str]:
    """Read the fields of a form or a JSON object.

    :raises AuthError: if there are too many bytes or not all, they are neither, or a field is doubled or no text
    """
    try:
        body = await read_body(scope, receive, MAX_BODY_BYTES)
    except BrokenOff as error:
        raise BodyInvalid from error
    if body is None:
        raise BodyTooLarge
    kind = (header(scope, b'content-type') or '').partition(';')[0].strip().lower()
    if not body:
        return {}
    if kind == 'application/json':
        return _json_fields(body)
    if kind == 'application/x-www-form-urlencoded':
        return _form_fields(body)
    raise BodyInvalid


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        pairs: Any = json.loads(body, object_pairs_hook=_JsonObject)
    except (ValueError, RecursionError) as error:
        raise BodyInvalid from error
    if not isinstance(pairs, _JsonObject):
        raise BodyInvalid
    return _fields(pairs)


class _JsonObject(list[tuple[str, Any]]):
    """The pairs of a JSON object, doubled names among them."""


def _form_fields(body: bytes) -> dict[str, str]:
    try:
        return _fields(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50, errors='strict'))
    except ValueError as error:
        raise BodyInvalid from error


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise ParamInvalid(N_('"{name}" was sent twice. Send it once.', name=name), param=name)
        if not _is_text(value):
            raise ParamInvalid(N_('"{name}" must be a text.', name=name), param=name)
        fields[name] = value
    return fields


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or '\x00' in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a character, which JSON can spell
        return False
    return True
