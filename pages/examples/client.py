"""What an example says of Clerk's own client: what to put into its settings, the guide's snippet, and what was run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from auth.language import Message, _
from auth.live.tabs import tabs
from auth.settings import Settings

from ..code import code_figure
from ..parts import Text
from .quotes import Quote


@dataclass(frozen=True, slots=True)
class Client:
    """One of Clerk's clients."""

    name: str
    """As its package is called."""
    settings: Callable[[str, str], tuple[Quote, ...]]
    """What to write into an app to have it use this server; given its publishable key and its address."""
    snippets: tuple[Quote, ...]
    """What the guide has for it, whole; none if it has words only."""
    proved: Message
    """What of it our tests run, and what they do not."""


def show_client(name: str, client: Client) -> None:
    """Show it.

    :param name: unlike that of any other client on the page
    """
    chosen = tabs().auth.settings
    with ui.element('section').classes('ls-part').props(f'aria-labelledby={name}-client'):
        Text('h2', _('With {client} itself', client=client.name)).props(f'id={name}-client')
        Text('p', str(client.proved)).classes('ls-quiet')
        if chosen.why_no_publishable_key and not chosen.publishable_key:
            Text('p', chosen.why_no_publishable_key).classes('ls-notice')
        _figures(name, 'setting', client.settings(key_of(chosen), chosen.own_url))
        if client.snippets:
            with ui.element('details'):
                Text('summary', _('The snippet of the guide, whole'))
                _figures(name, 'snippet', client.snippets)


def key_of(settings: Settings) -> str:
    """The publishable key of this site, or what stands for it."""
    return settings.publishable_key or 'pk_live_…'


def _figures(name: str, kind: str, quotes: tuple[Quote, ...]) -> None:
    for number, quote in enumerate(quotes):
        code_figure(f'{name}-{kind}-{number}', quote.code.rstrip(), language=quote.language, caption=quote.file)
