"""What is around every example: its title, the example itself, the lines that matter beside those of the guide that it
answers to, and its whole source."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nicegui import ui

from auth.language import Message, _

from ..code import code_figure, source_of
from ..parts import Static, Text, card, link, page_title
from .client import Client, show_client
from .quotes import SOURCE, Quote


@dataclass(frozen=True, slots=True)
class Example:
    """One way to sign out."""

    title: str
    """The platform."""
    text: Message
    """What it shows."""
    quote: Quote
    """What it answers to."""
    matters: Callable[..., object]
    """The function that matters: the rest of the file is what is around it."""
    client: Client
    """Clerk's own client, for which the guide has it."""

    @property
    def name(self) -> str:
        """Its name in addresses, which is that of its file."""
        return self.file.stem

    @property
    def path(self) -> str:
        """Where it is shown."""
        return f'/examples/{self.name}'

    @property
    def file(self) -> Path:
        """Where its source is."""
        return Path(self.matters.__code__.co_filename)

    def beside(self) -> None:
        """Show the lines of the guide, and those that answer to them."""
        with ui.element('div').classes('ls-beside'):
            code_figure(f'{self.name}-quote', self.quote.code, language=self.quote.language,
                        caption=_('Clerk: {file}', file=self.quote.file))
            code_figure(f'{self.name}-ours', source_of(self.matters), language='python',
                        caption=f'pages/examples/{self.file.name}')


def source_note() -> None:
    """Say where the lines of the guide are from."""
    html = _('First a few lines of the documentation of Clerk, {guide}, then what does the same here.',
             guide=f'<a href="{SOURCE}" rel="noreferrer">“Build a custom sign-out flow”</a>')
    Static('p', html).classes('ls-quiet')


@contextmanager
def example(shown: Example) -> Generator[None]:
    """Frame an example, which is built within the ``with`` block."""
    page_title(shown.title)
    link(_('← All examples'), '/examples').classes('ls-back')
    Text('h1', shown.title)
    Text('p', str(shown.text)).classes('ls-lead')
    with card('running'):
        yield
    with ui.element('figure') as sources:
        sources.classes('ls-sources').props.update({'role': 'region', 'aria-label': _('Source')})
        source_note()
        shown.beside()
        with ui.element('details'):
            Text('summary', _('The whole file'))
            code_figure(f'{shown.name}-file', shown.file.read_text(encoding='utf-8'), language='python',
                        caption=shown.file.name)
    show_client(shown.name, shown.client)
