"""What people see: one page a file, and the table of routes."""

from .routes import ROUTES
from .shell import FAVICON, NOT_FOUND, install

__all__ = ['FAVICON', 'NOT_FOUND', 'ROUTES', 'install']
