"""Play every attack against a server, and tell of each what came of it. Exits with 1 if one has won anything."""

from __future__ import annotations

import asyncio
import sys

from . import credentials, pages, requests  # noqa: F401 (they put themselves on the list)
from .site import ATTACKS, Site


async def play(url: str) -> dict[str, str | None]:
    """Play every attack; returns what each has won."""
    outcomes: dict[str, str | None] = {}
    for title, attack in ATTACKS.items():
        site = Site(url)
        try:
            outcomes[title] = await attack(site)
        finally:
            await site.close()
        what = outcomes[title]
        print(f'WON     {title}: {what}' if what else f'failed  {title}', flush=True)
    return outcomes


def main() -> None:
    """Play against the server that the command line names."""
    if len(sys.argv) != 2 or '://' not in sys.argv[1]:
        sys.exit('Say where the server is: python -m tests.security.attacks http://localhost:8080')
    outcomes = asyncio.run(play(sys.argv[1].rstrip('/')))
    lost = sum(what is not None for what in outcomes.values())
    print(f'{len(outcomes)} attacks, {lost} of them have won something.')
    sys.exit(1 if lost else 0)


if __name__ == '__main__':
    main()
