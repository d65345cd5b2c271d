"""The apps of docs/examples. ``uv run python -m tests.examples`` writes what has changed in an app into its page."""

from __future__ import annotations

import difflib
import re

from tests.programs import ROOT

FOLDER = ROOT / 'docs' / 'examples'
APPS = sorted(path.parent.name for path in FOLDER.glob('*/after.py'))
_SHOWN = re.compile(r'(?<=^```diff\n).*?(?=^```$)', re.DOTALL | re.MULTILINE)


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
