"""The app with the page that the start page shows, for tests: ``python five_lines.py --port …`` serves it."""

from __future__ import annotations

import pages
from pages.examples.reports import reports
from tests.apps.serve import serve

if __name__ == '__main__':
    pages.ROUTES['/reports'] = reports
    serve()
