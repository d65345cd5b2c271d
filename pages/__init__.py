"""What people see: one page a file, and the table of routes."""

from .document import not_found_page
from .outbox import outbox_page
from .routes import ACCOUNT_PAGES, ROUTES
from .shell import FAVICON, install

__all__ = ['ACCOUNT_PAGES', 'FAVICON', 'ROUTES', 'install', 'not_found_page', 'outbox_page']
