"""What the log says of a mail: which one and of which kind, and neither to whom it is nor a word of it."""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path
from traceback import extract_tb

from ..rules.mail_queue import Claim, Dropped

log = logging.getLogger('live_sessions')

_PLACES = 8
"""Of an error that are told, the innermost first."""


def tell_sent(mail: Claim) -> None:
    """The mail server has accepted it."""
    log.info('mail %s (%s) was sent', mail.mail_id, mail.kind, extra={'event': 'mail_sent'} | _ids(mail))


def tell_not_wanted(mail: Claim) -> None:
    """What it is about is over."""
    log.info('mail %s (%s) is not wanted any more', mail.mail_id, mail.kind,
             extra={'event': 'mail_not_wanted'} | _ids(mail))


def tell_postponed(mail: Claim, why: str, seconds: float) -> None:
    """It is tried again."""
    log.warning('mail %s (%s) was %s. The next attempt is in %.0f s', mail.mail_id, mail.kind, why, seconds,
                extra={'event': 'mail_postponed'} | _ids(mail))


def tell_given_up(mail: Claim | Dropped, why: str) -> None:
    """It is not tried again."""
    log.warning('mail %s (%s) was %s, and is given up', mail.mail_id, mail.kind, why,
                extra={'event': 'mail_given_up'} | _ids(mail))


def where(error: Exception) -> str:
    """What went wrong, and where; not what the error says, since that may be the address or the secret."""
    places = (f'{Path(frame.filename).name}:{frame.lineno}' for frame in reversed(extract_tb(error.__traceback__)))
    return f'{type(error).__name__} at {" < ".join(islice(places, _PLACES))}'


def _ids(mail: Claim | Dropped) -> dict[str, str]:
    return {'mail_id': mail.mail_id, 'kind': mail.kind}
