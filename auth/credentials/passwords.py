"""Passwords: which are accepted, and how they are hashed without holding up anything else."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from models.normal_forms import folded

from ..errors import ParamMissing, PasswordTooCommon, PasswordTooLong, PasswordTooShort
from ..language import N_
from ..timing import DEFAULT_TIMING
from .turns import Claim, Turns

MAX_LENGTH = 256
"""Code points of the normal form; far above the 64 that must be allowed (ASVS 6.2.9), and little enough to hash."""

MOST_NORMALIZED = 4 * MAX_LENGTH
"""A letter is typed as four code points at most. Of a longer text no normal form is made: to order very many accents
takes the square of their number."""

MEMORY_KIB = 19 * 1024
TIME_COST = 2
PARALLELISM = 1
"""Argon2id at OWASP's minimum: more would let fewer people sign in at once; see docs/how-it-works.md."""


def check_password(password: str, *, email_address: str, least: int, param: str = 'password') -> None:
    """Refuse a password that is too short, too long, or among the first that anybody would try; it takes no time.

    There are no rules of composition (ASVS 6.2.5).

    :param least: how many characters it must have, counted as code points of the normal form
    :param param: the name of the field it was typed into
    :raises AuthError: with what to change
    """
    normal = normal_password(password)
    seen = folded(normal).replace(_BLANK, ' ').strip()
    if not password:
        raise ParamMissing(N_('Enter a password.'), param=param)
    if not seen:
        raise ParamMissing(N_('That password has spaces or invisible characters only. Add letters, digits or symbols.'),
                           param=param)
    if len(normal) < least:
        raise PasswordTooShort(N_('Passwords must have {count} characters or more. Make it longer.', count=least),
                               param=param)
    if len(normal) > MAX_LENGTH:
        raise PasswordTooLong(N_('Passwords may have {count} characters at most. Make it shorter.', count=MAX_LENGTH),
                              param=param)
    if seen in _common_passwords():
        raise PasswordTooCommon(N_('That password is among the most common ones. Choose a less common one.'),
                                param=param)
    address = folded(email_address).strip()
    if seen in {address, address.partition('@')[0]}:
        raise PasswordTooCommon(N_('The password is your email address. Choose one that nobody can look up.'),
                                param=param)


def normal_password(password: str) -> str:
    """Write a password in the one form that is hashed: keyboards write one letter in several ways (NIST 800-63B, NFKC).

    Nothing else is changed: letter case and spaces count.
    """
    if password.isascii() or len(password) > MOST_NORMALIZED:
        return password
    return unicodedata.normalize('NFKC', password)


def is_too_long(password: str) -> bool:
    """Tell whether nobody has such a password, in whichever form it is typed: there is nothing to hash then."""
    return len(password) > MAX_LENGTH and len(normal_password(password)) > MAX_LENGTH


_BLANK = '\N{BRAILLE PATTERN BLANK}'

UNLIMITED = Claim()
"""Somebody whom no limit concerns, such as an administrator."""


class Passwords:
    """Hashes and verifies in a few threads, so that the event loop and the live sessions never wait for a hash.

    :param memory_kib: what one hash takes, in KiB
    :param time_cost: how often it goes over that memory
    :param patience_seconds: how long somebody waits for a turn at most
    """

    def __init__(self, *, memory_kib: int = MEMORY_KIB, time_cost: int = TIME_COST,
                 patience_seconds: float = DEFAULT_TIMING.hash_patience_seconds) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=PARALLELISM)
        self.turns = Turns(patience_seconds)
        self._dummy_hash = self._hasher.hash('the password of nobody')

    async def hash(self, password: str, claim: Claim = UNLIMITED) -> str:
        """Hash the normal form of a password, whole.

        :param claim: who wants it, for the order
        :raises TooBusy: if no turn comes in time
        """
        return await self.turns.run(claim, self._hasher.hash, normal_password(password))

    async def verify(self, password: str, password_hash: str | None, claim: Claim = UNLIMITED) -> bool:
        """Tell whether the password is right; with no hash it takes as long and says no (ASVS 6.3.8).

        :param claim: who wants it, for the order
        :raises TooBusy: if no turn comes in time
        """
        return await self.matching_form(password, password_hash, claim) is not None

    async def matching_form(self, password: str, password_hash: str | None, claim: Claim = UNLIMITED
                            ) -> str | None:
        """Find the form of the password that a hash is of, if it is right: the normal one, or as it was typed.

        Hashes were made of what was typed once. So what was typed is tried as well where it is not the normal form,
        which costs a second hash, in a turn of its own; whether there is a hash makes no difference to the work.

        :param claim: who wants it, for the order
        :raises TooBusy: if no turn comes in time
        """
        forms = dict.fromkeys(form for form in (normal_password(password), password) if len(form) <= MAX_LENGTH)
        for form in forms or ('',):  # nobody has a longer one
            right = await self.turns.run(claim, self.matches, password_hash or self._dummy_hash, form)
            if right and password_hash is not None:
                return form
        return None

    def needs_upgrade(self, password_hash: str, form: str) -> bool:
        """Tell whether a hash was made with other parameters than today's, or of another form than the normal one.

        :param form: what it is of; see ``matching_form``
        """
        return form != normal_password(form) or self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let the threads end."""
        self.turns.close()

    def matches(self, password_hash: str, password: str) -> bool:
        """Tell whether the password is right, in the thread that asks; it takes long."""
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS['passwords'])
