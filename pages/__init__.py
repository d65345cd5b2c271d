"""What people see: one page a file, and the table of routes."""

from .routes import ROUTES
from .shell import FAVICON, install, not_found_page

__all__ = ['FAVICON', 'ROUTES', 'install', 'not_found_page']
