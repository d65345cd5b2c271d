"""The app in a language that shows what comes from the catalogue: ``[Sign in]``. It serves like ``main.py``."""

from __future__ import annotations

from gettext import NullTranslations

from auth.language import catalogue
from tests.apps.serve import serve


class Brackets(NullTranslations):
    """Each text in brackets."""

    def gettext(self, message: str) -> str:
        return f'[{message}]'

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f'[{msgid1 if n == 1 else msgid2}]'


if __name__ == '__main__':
    catalogue._translations = lambda spoken: Brackets()
    serve()
