"""An error as an answer: in the shape of the Frontend API, wherever a program may read it."""

from __future__ import annotations

import json
import logging
import math
from http import HTTPStatus

from ..errors import AuthError, StoreAway
from ..language import N_
from ..requests.asgi import Send
from .answers import send_answer
from .api.requests import MethodRefused
from .api.serializers import error_json, new_trace_id
from .api.shapes import Json

log = logging.getLogger('live_sessions')


async def send_error(send: Send, error: AuthError) -> None:
    """Answer a request with an error, which nobody may keep."""
    await send_answer(send, error.status, json.dumps(error_json(error)), *retry_after(error), kind='application/json')


def retry_after(error: AuthError) -> tuple[tuple[bytes, bytes], ...]:
    """The header that says when it may work, if that is known."""
    return () if error.retry_after is None else ((b'retry-after', str(math.ceil(error.retry_after)).encode()),)


def answer_to(error: Exception, api: str) -> tuple[Json, HTTPStatus, tuple[tuple[bytes, bytes], ...]]:
    """Make the answer of an API to what went wrong, and log what is no fault of whoever asked.

    :param api: what the log calls the API
    :return: the body, the status and the headers
    """
    if not isinstance(error, AuthError):
        trace_id = new_trace_id()
        log.error('a request of the %s failed; the answer has the trace id %s', api, trace_id, exc_info=error,
                  extra={'event': 'request_failed'})
        told = AuthError(N_('Something went wrong on the server. Try again in a moment.'))
        return error_json(told, trace_id), HTTPStatus.INTERNAL_SERVER_ERROR, ()
    if isinstance(error, StoreAway):
        log.warning('a request of the %s had to be refused: %s', api, error.__cause__,
                    extra={'event': 'request_refused_store_away'})
    allow = ((b'allow', error.allowed.encode()),) if isinstance(error, MethodRefused) else ()
    return error_json(error), error.status, retry_after(error) + allow
