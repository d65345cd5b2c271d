# pyright: reportUnknownMemberType=false
"""The frame that an author puts around all pages of the table, in place of our header and footer."""

from __future__ import annotations

import inspect
from contextlib import nullcontext

from nicegui import ui

from auth.access import PageRefused, name_of, stated_access
from auth.components import GuardedPages, offer_to_sign_in_again, open_tab, who_is_here
from auth.installing.our_pages import Frame
from auth.web.routes import Routes


def check_frame(frame: Frame) -> None:
    """Refuse a frame that could not be built, or not for everybody.

    :raises PageRefused: naming the frame, and what to do instead
    """
    name = name_of(frame)
    if stated_access(frame) not in {None, 'public'}:
        raise PageRefused(f'The frame "{name}" stands around pages of everybody, such as the one to sign in: take the '
                          'mark off it, and show what is private in a page.')
    if inspect.iscoroutinefunction(frame) or inspect.isgeneratorfunction(frame) or inspect.isasyncgenfunction(frame):
        raise PageRefused(f'The frame "{name}" is no plain function: if it has a yield, put @contextmanager of '
                          'contextlib above it; if it awaits, let the page do that.')
    try:
        inspect.signature(frame).bind()
    except TypeError as error:
        raise PageRefused(f'The frame "{name}" is called without arguments: give its parameters a default.') from error


async def build_in(frame: Frame, routes: Routes) -> None:
    """Build the frame and, in it, the page at the path."""
    tab = await open_tab()
    props = tab.page.layout.props
    props['data-here'] = who_is_here(tab.state)
    tab.on_change.append(lambda: props.update({'data-here': who_is_here(tab.state)}))
    with frame() or nullcontext(), ui.element('div').classes('ls-framed') as content:
        content.props('id=ls-content tabindex=-1 data-takes-focus')
        offer_to_sign_in_again(content)
        GuardedPages(routes, tab=tab)
