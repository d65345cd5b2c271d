"""A key pair for tests of what is signed with one; to make one for each takes longer than the test."""

from __future__ import annotations

from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from auth.credentials.signing import NewKeyPair, new_key_pair
from auth.rules.signing_keys import keep_first
from tests.rules import Rules


@cache
def pair(_number: int = 1) -> NewKeyPair:
    """The same one each time; another one by another number."""
    return new_key_pair()


async def keep_key(rules: Rules) -> NewKeyPair:
    """Let the rules have a key pair before they need one."""
    await rules.auth.run(keep_first, pair())
    return pair()


def verified(token: str, key_set: Any) -> dict[str, Any]:
    """The claims of a token, as another server reads them that has nothing but the key set.

    :raises JoseError: if it was signed with none of these keys
    """
    return jwt.decode(token, KeySet.import_key_set(key_set), algorithms=['RS256']).claims
