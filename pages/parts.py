"""Small parts that several pages share. They are native elements: light, and known to browsers and screen readers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlencode

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from auth.language import _
from auth.web.redirects import HOME_PATH

SITE = 'Live Sessions'


class Text(TextElement):
    """A native element that holds a text, such as a heading or a paragraph."""

    def __init__(self, tag: str, text: str = '') -> None:
        super().__init__(tag=tag, text=text)


class Static(ui.element):
    """HTML that never changes, such as a menu, as a single element.

    NiceGUI's page redraws all of its elements when one of them changes, so a page of few elements changes quickly.

    :param html: a constant; never text from somebody else
    """

    def __init__(self, tag: str, html: str) -> None:
        super().__init__(tag)
        self.props['innerHTML'] = html


def page_title(name: str = '') -> None:
    """Set the title of the page.

    :param name: what the page is about; none is the start page
    """
    ui.page_title(f'{name} · {SITE}' if name else SITE)


def card(*classes: str) -> ui.element:
    """A section with a frame."""
    return ui.element('section').classes('card ' + ' '.join(classes))


def button(text: str, on_click: Callable[[], Any]) -> Text:
    """A native button."""
    element = Text('button', text).classes('button').props('type=button')
    element.on('click', on_click, [])
    return element


def page_tabs(label: str, pages: dict[str, str], current: str) -> None:
    """Links between pages that belong together.

    :param label: what the pages are about
    :param pages: their names, by path
    """
    Static('nav', ''.join(f'<a href="{path}"{" aria-current=page" if path == current else ""}>{name}</a>'
                          for path, name in pages.items())).classes('tabs').props(f'aria-label="{label}"')


def spinner() -> None:
    """A wheel that turns while something is under way."""
    ui.element('span').classes('spinner').props('aria-hidden=true')


def link(text: str, path: str, **query: str) -> Text:
    """A link within the site; a query parameter that is the default is left out."""
    query = {name: value for name, value in query.items() if value != HOME_PATH}
    anchor = Text('a', text)
    anchor.props['href'] = f'{path}?{urlencode(query)}' if query else path
    return anchor


def button_link(text: str, path: str, kind: Literal['primary', 'plain'] = 'primary', **query: str) -> Text:
    """A link that looks like a button."""
    return link(text, path, **query).classes(f'button {kind}')


@contextmanager
def api_form(action: str, submit: str, *, method: str = 'POST', on_done: Callable[[Any], object] | None = None,
             announce: bool = False, keep: bool = False, then: str = '', danger: bool = False) -> Generator[None]:
    """A native form, which static/live/forms.js posts to the Frontend API. Its fields are built in the ``with`` block.

    Nothing that is typed into it passes through the websocket.

    :param action: the path of the Frontend API
    :param submit: what is written on the button
    :param on_done: called with the response when it was accepted and the tab has re-authenticated
    :param announce: whether other tabs of this browser have to re-authenticate then, as after a sign-in
    :param keep: whether what was typed stays in the fields
    :param then: where to go when it was accepted; loads a new page
    :param danger: whether it can't be undone
    """
    form = ui.element('form').props(f'method=post action={action} data-api={method} novalidate')
    for name, wanted in (('data-announce', announce), ('data-keep', keep)):
        if wanted:
            form.props[name] = ''
    if then:
        form.props['data-then'] = then
    if on_done is not None:
        form.on('done', lambda event: on_done(event.args['detail']), ['detail'])
    with form:
        yield
        Text('p').classes('error').props('data-error="" role=alert')
        with ui.element('button').classes('button danger' if danger else 'button primary').props('type=submit'):
            spinner()
            Text('span', submit)


def field(name: str, label: str, *, kind: str, autocomplete: str, hint: str = '', optional: bool = False,
          judge: bool = False) -> ui.element:
    """A labelled input, with room for its error below it; returns the input.

    :param judge: whether it is a new password, which is checked while it is typed
    """
    with ui.element('div').classes('field'):
        caption = Text('label', label).props(f'for={name}')
        if optional:
            with caption:
                Text('span', _(' (optional)')).classes('quiet')
        described = f'{name}-error {name}-hint' if hint else f'{name}-error'
        entry = ui.element('input')
        entry.props(f'id={name} name={name} type={kind} autocomplete={autocomplete}')
        entry.props('' if optional else 'required')
        entry.props['aria-describedby'] = described
        if kind == 'email':
            entry.props('inputmode=email autocapitalize=none spellcheck=false')
        if judge:
            entry.props['data-judge'] = ''
        if hint:
            Text('p', hint).classes('quiet').props(f'id={name}-hint')
        Text('p').classes('error').props(f'id={name}-error data-error={name}' + (' role=status' if judge else ''))
    return entry
