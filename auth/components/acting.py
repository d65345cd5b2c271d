# pyright: reportUnknownMemberType=false
"""Acts of an author's in a handler of a page: written in the transaction that finds who acts."""

from __future__ import annotations

from typing import ParamSpec, TypeVar

from nicegui import ui

from ..errors import NotSignedIn
from ..live.tab import Tab
from ..live.tabs import tabs
from ..rules.acting import Verb, act_as, read_as

P = ParamSpec('P')
T = TypeVar('T')


async def act(verb: Verb[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Write something for whoever is here, if they are signed in at that moment, and may see what the tab shows.

    :param verb: a plain function of the open transaction (``sqlmodel.Session``), who acts (``Actor``) and values; what
        it raises undoes what it has written
    :raises NotSignedIn: if nobody is signed in here any more; then nothing was written
    :raises NotAllowed: if they may not see the page any more
    :raises StoreAway: if the store can't be reached; or ``OutcomeUnknown``
    :raises RuntimeError: outside of a page
    """
    tab = _tab()
    return await tabs().auth.run(act_as, tab.client, tuple(tab.shows.values()), verb, *args, **kwargs)


async def read(query: Verb[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Read something for whoever is here, under the same conditions; whoever writes waits for nobody who reads.

    :param query: as the verb of ``act``; it only reads
    :raises NotSignedIn: if nobody is signed in here any more; or ``NotAllowed``, ``StoreAway``, as ``act``
    :raises Writes: if it would write
    """
    tab = _tab()
    return await tabs().auth.read(read_as, tab.client, tuple(tab.shows.values()), query, *args, **kwargs)


def _tab() -> Tab:
    try:
        return tabs().here()
    except RuntimeError as error:
        if ui.context.slot_stack:  # what it was called from was taken away meanwhile, or its tab was closed
            raise NotSignedIn from error
        raise
