"""What became of an attempt to sign in or up, as the metrics call it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus

from ..errors import AuthError, PasswordIncorrect, StoreAway, TooBusy
from .metrics import Metrics


@contextmanager
def counting_attempt(metrics: Metrics, done: str) -> Generator[None]:
    """Count what becomes of the attempt in this block.

    :param done: the outcome if nothing is raised: ``signed_in`` or ``signed_up``
    """
    outcome = done
    try:
        yield
    except Exception as error:
        outcome = _outcome_of(error)
        raise
    finally:
        metrics.sign_ins.labels(outcome).inc()


def _outcome_of(error: Exception) -> str:
    if not isinstance(error, AuthError):
        return 'error'
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return 'limited'
    kinds = ((PasswordIncorrect, 'wrong'), (TooBusy, 'busy'), (StoreAway, 'unavailable'))
    return next((outcome for kind, outcome in kinds if isinstance(error, kind)), 'refused')
