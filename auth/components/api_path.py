"""Where the Frontend API is, for forms that are posted to it."""

from __future__ import annotations

from ..live.tabs import tabs
from ..requests.api_prefix import USUAL_PREFIX, moved


def api_path(path: str) -> str:
    """Where something is of the Frontend API; any other path stays as it is.

    :param path: as it is documented, such as ``/v1/client/sign_ins``
    """
    return moved(path, USUAL_PREFIX, tabs().auth.settings.api_prefix)
