# pyright: reportUnknownMemberType=false
"""A page that returns an answer in place of itself, such as a redirect."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from .nicegui_private.whole_pages import is_delivered
from .tab import Tab


def leave_for(tab: Tab, made: Response) -> None:
    """Answer the request of a tab with something else than its page; if it shows that already, send it there.

    :raises TypeError: if only a request could be answered so, and there is none
    """
    page = tab.page
    if not is_delivered(page):
        tab.answer = made
    elif isinstance(made, RedirectResponse):
        page.open(made.headers['location'])
    elif page.sub_pages_router.is_initial_request:  # it would come to the same
        raise TypeError('An async page can return no answer but a RedirectResponse: the browser has the page by then.')
    else:
        page.open(page.sub_pages_router.current_path)  # which asks for it by a request
