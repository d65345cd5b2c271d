"""Bring the catalogues up to date with the texts in the code: ``python -m auth.language [FOLDER …]``.

New texts stand in them with nothing beside them, for somebody to translate; what no code says any more is dropped.
"""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

KEYWORDS = {'_': None, 'N_': None, 'ngettext': (1, 2), 'nN_': (1, 2)}
"""The functions that are given a text, and at which places."""

_OF_A_MOMENT = re.compile(rb'^"(?!Language:|Plural-Forms:|Content-)[^\n]*\n', re.MULTILINE)
"""Lines of the header that would change each time, or say nothing."""


def main(folders: list[Path]) -> None:
    """Write each catalogue beside this file anew, and say how much of it is left to translate."""
    for file in sorted(Path(__file__).parent.glob('*.po')):
        with file.open('rb') as source:
            before = read_po(source, locale=file.stem)
        about = f'# {Locale.parse(file.stem).english_name}: the texts of the code, as docs/languages.md explains.'
        after = Catalog(locale=file.stem, charset='utf-8', fuzzy=False, header_comment=about)
        for path, text in texts_in(folders):
            known = before.get(text[0] if isinstance(text, tuple) else text)
            after.add(text, known.string if known else '', locations=[(path, 0)])
        written = BytesIO()
        write_po(written, after, width=120, include_lineno=False)
        header, _, rest = written.getvalue().partition(b'\n\n')
        file.write_bytes(_OF_A_MOMENT.sub(b'', header + b'\n') + b'\n' + rest)
        empty = sum(not text.string or not all(text.string) for text in after if text.id)
        print(f'{file}: {len(after)} texts, {empty} to translate')


def texts_in(folders: list[Path]) -> list[tuple[str, str | tuple[str, ...]]]:
    """The texts in the code and the file of each, in their order there."""
    found = [(f'{folder.name}/{file}', line, text) for folder in folders
             for file, line, text, *_ in extract_from_dir(folder, [('**.py', 'python')], keywords=KEYWORDS)]
    return [(path, text) for path, _, text in sorted(found, key=lambda one: one[:2])]


if __name__ == '__main__':
    root = Path(__file__).parent.parent.parent
    main([Path(folder).resolve() for folder in sys.argv[1:]] or [root / 'auth', root / 'pages'])
