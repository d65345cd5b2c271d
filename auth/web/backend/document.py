"""The description of the back-end API for other programs."""

from __future__ import annotations

from ...settings import Settings
from ..openapi import describe_api
from ..schemas import Json
from .operations import OPERATIONS, REFUSALS, SCHEMAS


def backend_document(settings: Settings) -> Json:
    """Describe the back-end API of a site (OpenAPI 3.1)."""
    return describe_api(
        OPERATIONS, SCHEMAS, title='Live Sessions: the back-end API', prefix=settings.backend_api_prefix,
        url=settings.own_url, refusals=REFUSALS,
        about='What servers ask that have a secret key, in the shape of Clerk\'s Backend API.',
        security={'type': 'http', 'scheme': 'bearer', 'description': 'A secret key, sk_live_…'})
