"""The back-end API: what servers ask that have a secret key, in the shape of Clerk's Backend API. It holds no rules."""

from .app import BackendApi as BackendApi
