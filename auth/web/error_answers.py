"""An error as an answer: in the shape of the Frontend API, wherever a program may read it."""

from __future__ import annotations

import json
import math

from ..errors import AuthError
from ..requests.asgi import Send
from .answers import send_answer
from .api.serializers import error_json


async def send_error(send: Send, error: AuthError) -> None:
    """Answer a request with an error, which nobody may keep."""
    await send_answer(send, error.status, json.dumps(error_json(error)), *retry_after(error), kind='application/json')


def retry_after(error: AuthError) -> tuple[tuple[bytes, bytes], ...]:
    """The header that says when it may work, if that is known."""
    return () if error.retry_after is None else ((b'retry-after', str(math.ceil(error.retry_after)).encode()),)
