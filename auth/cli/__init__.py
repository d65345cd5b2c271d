"""What an operator does from the command line: users, sessions, the audit log, the database.

It works on the store beside the running servers; what it ends is seen live in every tab.
"""

from .program import main

__all__ = ['main']
