"""``keys``: the secret keys of servers, the key pair of session tokens, and what apps know the site by."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..credentials.signing import new_key_pair
from ..rules import secret_keys
from ..rules.actor import by_command_line
from ..rules.session_tokens import signing_key
from ..rules.signing_keys import replace_key
from ..settings import Settings
from .command_group import CommandGroup
from .options import Json, Limit
from .output import print_line, print_result, to_json
from .running import run
from .tables import print_rows

commands = CommandGroup('The secret keys of your servers, the keys of session tokens, and what apps know the site by.')


class NoPublishableKey(Exception):
    """The site has no name that a publishable key can hold; the message says what to do."""


@commands.command('create')
def create(name: Annotated[str, typer.Argument(metavar='NAME', help='What people read in their history where this '
                                               'server signs them out, such as: shop')], json: Json = False) -> None:
    """Make a secret key and print it, this once. With the first one, the back-end API is there."""
    made = run(lambda auth: auth.run(secret_keys.create_key, by_command_line, name))
    print_result({'id': made.id, 'name': made.name, 'secret_key': str(made.token)},
                 f'{made.token} is the key of {made.name}. Keep it now: it is stored nowhere. Whoever has it can read '
                 f'all users and end all sessions; to make it useless: python -m auth keys revoke {made.id}', json=json)


@commands.command('list')
def list_keys(limit: Limit = 100, json: Json = False) -> None:
    """List the secret keys that work, the newest first."""
    rows = run(lambda auth: auth.read(secret_keys.find_keys, by_command_line, limit=limit + 1))
    print_rows([{'id': row.id, 'name': row.name, 'created_at': row.created_at} for row in rows], json=json, limit=limit)


@commands.command('revoke')
def revoke(key_id: Annotated[str, typer.Argument(metavar='KEY', help='Its id, key_…')], json: Json = False) -> None:
    """Make a secret key useless, for good. Without any, there is no back-end API."""
    name = run(lambda auth: auth.run(secret_keys.revoke_key, by_command_line, key_id))
    print_result({'id': key_id, 'name': name, 'revoked': True}, f'{key_id} ({name}) does not work any more.', json=json)


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
