"""The Frontend API: the one door for credentials, in the shape of Clerk's Frontend API. It holds no rules."""

from .app import FrontendApi

__all__ = ['FrontendApi']
