"""Which new passwords are accepted: one check for sign-up, change, reset, the command line and administrators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from models import User
from models.statements import columns

from ..credentials.passwords import check_password, normal_password
from ..credentials.strength import Weakness
from ..errors import PasswordTooCommon, PasswordTooWeak
from ..language import N_, Message
from ..settings import Settings
from .clients import ClientView
from .context import Auth

_WHY: Mapping[Weakness, Message] = {
    Weakness.OWN_WORDS: N_('Without your name, your email address and the name of this site, little is left of that '
                           'password. Choose several words that have nothing to do with them.'),
    Weakness.COMMON: N_('That password is much like one that very many people use. '
                        'Choose several words that do not belong together.'),
    Weakness.WORDS: N_('That password is a word or a name, and those are all tried. '
                       'Add more words that do not belong to it.'),
    Weakness.REPEATED: N_('That password repeats itself, which makes it easy to guess. '
                          'Choose several words that do not belong together.'),
    Weakness.SEQUENCE: N_('That password is a sequence such as “abcd” or “4321”, which is easy to guess. '
                          'Choose several words that do not belong together.'),
    Weakness.KEYS: N_('That password follows the keys of a keyboard, which is easy to guess. '
                      'Choose several words that do not belong together.'),
    Weakness.DATE: N_('That password is a date or a year, and those are all tried. '
                      'Choose several words that do not belong together.'),
    Weakness.SHORT: N_('That password is too short for what it is made of. Add a few characters, or another word.'),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whose password it is to be: what whoever knows them would try first."""

    email_address: str
    first_name: str = ''
    last_name: str = ''

    @property
    def words(self) -> tuple[str, ...]:
        """Their own words."""
        local, _, domain = self.email_address.partition('@')
        return (self.email_address, local, domain, *domain.split('.')[:-1], f'{self.first_name} {self.last_name}',
                f'{self.last_name} {self.first_name}')


async def check_new_password(auth: Auth, password: str, person: Person, *, param: str = 'password',
                             breached: bool = True) -> None:
    """Refuse a new password that is too short, too long, common, quickly guessed, or breached.

    :param person: whose it is to be
    :param param: the name of the field it was typed into
    :param breached: whether the service of breached passwords is asked; while somebody types it would be told of every
        step to the password
    :raises AuthError: with what to do
    """
    check_password(password, email_address=person.email_address, least=auth.settings.password_min_length, param=param)
    weakness = await auth.meter.weakness(normal_password(password), (*person.words, *site_words(auth.settings)))
    if weakness is not None:
        raise PasswordTooWeak(_WHY[weakness], param=param)
    if breached:
        await check_not_breached(auth, password, param=param)


async def check_not_breached(auth: Auth, password: str, *, param: str = 'password') -> None:
    """Refuse a new password that was stolen somewhere, as far as that can be learnt.

    :raises PasswordTooCommon: if it was
    """
    if await auth.breaches.contain(password):
        raise PasswordTooCommon(N_('That password was stolen from another site, so it is among those that are tried '
                                   'first. Choose one that you have used nowhere, and change it wherever you have.'),
                                param=param)


def read_person(db: Connection, user_id: str) -> Person | None:
    """Read whose password it is to be; None if there is no such user."""
    found = db.execute(select(*columns(User.email_address, User.first_name, User.last_name))
                       .where(col(User.id) == user_id)).first()
    return None if found is None else Person(*found)


def person_typing(client: ClientView | None, now: datetime, *, email_address: str, first_name: str, last_name: str
                  ) -> Person:
    """Who is typing a password into a form: what the form says, or whoever is signed in on the client."""
    session = client and client.session_in_use(now)
    if email_address or session is None:
        return Person(email_address, first_name, last_name)
    user = session.user
    return Person(user.email_address, first_name or user.first_name, last_name or user.last_name)


def site_words(settings: Settings) -> Iterator[str]:
    """What anybody would try on this site."""
    yield from (settings.site_name, *settings.password_words.split(','))
    for name in settings.hosts.allowed:
        if not name.replace('.', '').isdigit():
            yield from (name, *name.split('.')[:-1])
