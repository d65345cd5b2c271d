"""What a stranger keeps for us between two requests, and can neither read nor change: it is encrypted (JWE).

So nothing of somebody who is not signed in has to be stored, and any process can go on with it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER = {'alg': 'dir', 'enc': 'A256GCM'}


def seal(values: dict[str, str | float], key: bytes) -> str:
    """Encrypt values; what comes of it may stand in an address.

    :param key: see ``sealing_key``
    """
    return jwe.encrypt_compact(_HEADER, json.dumps(values), OctKey.import_key(key))


def unseal(text: str, key: bytes) -> dict[str, Any] | None:
    """Read what was sealed with the same key; None if this was not."""
    try:
        sealed = jwe.decrypt_compact(text, OctKey.import_key(key), algorithms=['dir', 'A256GCM'])
        return json.loads(sealed.plaintext or b'')
    except (JoseError, ValueError, TypeError):  # the header may hold anything, such as a list for a name
        return None


def sealing_key(secret: str, purpose: str) -> bytes:
    """Derive a key of a purpose from a secret that is kept anyway: whoever has the one has not the other."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()
