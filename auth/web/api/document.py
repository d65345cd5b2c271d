"""The description of the Frontend API for other programs."""

from __future__ import annotations

from ...settings import Settings
from ..cookies import cookie_name
from ..openapi import describe_api
from ..schemas import Json
from .operations import OPERATIONS, REFUSALS, SCHEMAS


def frontend_document(settings: Settings) -> Json:
    """Describe the Frontend API of a site (OpenAPI 3.1)."""
    name = cookie_name(settings.cookie_name, secure=settings.own_url.startswith('https://'))
    return describe_api(
        OPERATIONS, SCHEMAS, title='Live Sessions: the Frontend API', prefix=settings.api_prefix, url=settings.own_url,
        refusals=REFUSALS, about='How people sign in and out, in the shape of Clerk\'s Frontend API.',
        security={'type': 'apiKey', 'in': 'cookie', 'name': name,
                  'description': 'The cookie of a browser. Without it, nobody is signed in.'})
