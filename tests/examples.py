"""The apps of docs/examples. ``uv run python -m tests.examples`` writes what has changed in an app into its page."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from tests.programs import ROOT

FOLDER = ROOT / 'docs' / 'examples'
APPS = sorted(path.parent.name for path in FOLDER.glob('*/after.py'))
_SHOWN = re.compile(r'(?<=^```diff\n).*?(?=^```$)', re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """Where an app has what all of them have."""

    name: str
    private: str
    """The page on which people write something, put a file, and sign out."""
    admin: str
    seen_by_admin: str
    """What that page shows when two things were written."""
    endpoint: str
    """What answers with all that somebody has written."""
    field: str
    add: str
    empty: str
    """What the page says to whoever has written nothing."""
    overlay: str
    """What hangs beside the page and names what was written last, in place of ``{}``."""
    opens: str = ''
    """The button that opens that; none if writing does."""
    public: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    """Other pages of whoever is signed in."""


EXAMPLES = (
    Example('branded', private='/letters', admin='/board', seen_by_admin='2 letters',
            endpoint='/api/letters', field='Letter', add='Send',
            empty='No letter yet.', overlay='Latest: {}', opens='Latest letter', public=('/', '/sign-in'),
            more=('/account/security',)),
    Example('existing', private='/notes', admin='/statistics', seen_by_admin='2 notes were written',
            endpoint='/api/notes', field='Note', add='Add',
            empty='No note yet.', overlay='Noted: {}', public=('/',), more=('/notes/0',)),
    Example('fastapi', private='/orders', admin='/staff', seen_by_admin='2 orders',
            endpoint='/api/orders', field='Article', add='Order',
            empty='You have ordered nothing.', overlay='Again: {}', opens='Last order', public=('/',)),
    Example('todo', private='/', admin='/numbers', seen_by_admin='2 things to do',
            endpoint='/api/todos', field='What to do', add='Add',
            empty='Nothing to do.', overlay='Delete “{}”?', opens='Delete the last', more=('/done',)),
)


def shown(name: str) -> str:
    """The page of an app."""
    return (FOLDER / name / 'README.md').read_text(encoding='utf-8')


def made_true(name: str) -> str:
    """The page of an app with the difference between its two files, as it is now."""
    before, after = [(FOLDER / name / file).read_text(encoding='utf-8').splitlines() for file in
                     ('before.py', 'after.py')]
    difference = '\n'.join(difflib.unified_diff(before, after, 'before.py', 'after.py', n=2, lineterm=''))
    return _SHOWN.sub(lambda _: f'{difference}\n', shown(name))


if __name__ == '__main__':
    for app in APPS:
        (FOLDER / app / 'README.md').write_text(made_true(app), encoding='utf-8')
