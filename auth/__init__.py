"""Accounts and sessions for NiceGUI: who may see a page, what a page may catch, and what an app is set up with.

What stands on a page is in ``auth.components``. It is apart because it imports NiceGUI, which the command line and the
rules do without. ``X as X`` says to type checkers that a name is public.
"""

from .access import admin_only as admin_only
from .access import framed as framed
from .access import private as private
from .access import public as public
from .access import roles as roles
from .current import current_user as current_user
from .errors import AuthError as AuthError
from .installing.live_sessions import LiveSessions as LiveSessions
from .recently import recently_authenticated as recently_authenticated
from .rules.actor import Actor as Actor
from .rules.context import Auth as Auth
from .settings import Settings as Settings
from .web.content_policy import NONCE as NONCE
