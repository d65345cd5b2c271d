"""For the tests of an author, run with ``-p auth.testing.plugin``: people who are signed in, and devices with tabs.

``X as X`` says to type checkers that a name is public.
"""

from .people import PASSWORD as PASSWORD
from .people import signed_in as signed_in
