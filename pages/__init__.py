"""What people see: one page a file, and the table of routes."""

from .routes import ROUTES
from .shell import FAVICON, install

__all__ = ['FAVICON', 'ROUTES', 'install']
