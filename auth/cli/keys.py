"""``keys``: the key pair that session tokens are signed with, and what apps know the site by."""

from __future__ import annotations

import sys

from ..credentials.signing import new_key_pair
from ..rules.actor import by_command_line
from ..rules.session_tokens import signing_key
from ..rules.signing_keys import replace_key
from ..settings import Settings
from .command_group import CommandGroup
from .options import Json
from .output import print_line, print_result, to_json
from .running import run

commands = CommandGroup('The keys of session tokens, and what apps know the site by.')


class NoPublishableKey(Exception):
    """The site has no name that a publishable key can hold; the message says what to do."""


@commands.command('publishable')
def publishable(json: Json = False) -> None:
    """Print the publishable key, which is made of PUBLIC_URL. It is no secret."""
    settings = Settings()
    if settings.why_no_publishable_key:
        raise NoPublishableKey(settings.why_no_publishable_key)
    key = settings.publishable_key
    print_result({'publishable_key': key}, key, json=json)


@commands.command('public')
def public(json: Json = False) -> None:
    """Print the public key of session tokens (PEM). It is made if there is none yet."""
    key = run(signing_key)
    if json:
        print_line(to_json({'id': key.id, 'public_key': key.public_key}))
    else:
        sys.stdout.write(key.public_key)
        sys.stdout.flush()


@commands.command('rotate')
def rotate(json: Json = False) -> None:
    """Sign session tokens with another key from now on. The one before it is published for five minutes more.

    Give the new one first to whoever was given a public key by hand. Run it twice if a key has leaked.
    """
    made = new_key_pair()
    key_id = run(lambda auth: auth.run(replace_key, by_command_line, made))
    print_result({'id': key_id}, f'Session tokens are signed with the key {key_id} now.', json=json)
