"""Codes that are mailed: made when the mail is sent, so that none waits in the queue; see ``address_confirmations``."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlmodel import col

from models import AddressConfirmation, User
from models.statements import columns

from ..credentials.codes import hash_code, new_code
from .accounts import with_address

LIFETIME = timedelta(hours=1)
"""How long an address may wait for its code, with all the codes that are asked for."""

CODE_LIFETIME = timedelta(minutes=10)
"""NIST SP 800-63B-4, 3.1.3.2."""

SENT_AT_MOST = 3
"""How many of the codes of one mail count, if it was sent before in vain."""


def make_code(db: Connection, now: datetime, mail_id: str) -> str | None:
    """Make the code for an address when its mail is sent.

    One that may have been sent before counts as well: the connection may have been lost after it had arrived.

    :return: the code; '' if somebody else has the address; None if it waits for none any more, or for a newer one
    """
    waiting = db.execute(select(*columns(AddressConfirmation.id_hash, AddressConfirmation.email_address,
                                         AddressConfirmation.code_hashes))
                         .where(col(AddressConfirmation.mail_id) == mail_id, col(AddressConfirmation.expire_at) > now)
                         .with_for_update()).first()
    if waiting is None:
        return None
    if db.scalar(select(col(User.id)).where(with_address(db, waiting.email_address))) is not None:
        return ''
    code = new_code()
    hashes = [hash_code(waiting.id_hash, code), *waiting.code_hashes.split()][:SENT_AT_MOST]
    db.execute(update(AddressConfirmation).where(col(AddressConfirmation.id_hash) == waiting.id_hash)
               .values(code_hashes=' '.join(hashes), code_expire_at=now + CODE_LIFETIME))
    return code
