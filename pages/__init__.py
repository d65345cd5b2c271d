"""What people see: one page a file, and the table of routes."""

from .document import not_found_page
from .outbox import outbox_page
from .own_frame import check_frame
from .routes import ACCOUNT_PAGES, ROUTES
from .shell import FAVICON, install
from .sign_in import SignInForm
from .sign_up import SignUpForm

__all__ = ['ACCOUNT_PAGES', 'FAVICON', 'ROUTES', 'SignInForm', 'SignUpForm', 'check_frame', 'install',
           'not_found_page', 'outbox_page']
