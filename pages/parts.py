"""Small parts that several pages share. They are native elements: light, and known to browsers and screen readers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlencode

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from auth.components import address_of, api_path, ask_when_refused
from auth.credentials.passwords import MAX_LENGTH
from auth.language import _
from auth.live.tabs import tabs
from auth.rules.addresses import MAX_ADDRESS
from auth.rules.users import MAX_NAME
from auth.web.redirects import HOME_PATH

from .brand import title_of


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


def may_sign_up() -> bool:
    """Whether anybody may sign up: only then is there a link to it. Who is invited has one."""
    return tabs().auth.settings.sign_up == 'open'


def page_title(name: str = '') -> None:
    """Set the title of the page.

    :param name: what the page is about; none is the start page
    """
    ui.page_title(title_of(name))


def card(*classes: str) -> ui.element:
    """A section with a frame."""
    return ui.element('section').classes(' '.join(f'ls-{name}' for name in ('card', *classes)))


def button(text: str, on_click: Callable[[], Any]) -> Text:
    """A native button."""
    element = Text('button', text).classes('ls-button').props('type=button')
    element.on('click', on_click, [])
    return element


def page_tabs(label: str, pages: dict[str, str], current: str) -> None:
    """Links between pages that belong together.

    :param label: what the pages are about
    :param pages: their names, by path
    """
    Static('nav', ''.join(f'<a href="{address_of(path)}"{" aria-current=page" if path == current else ""}>{name}</a>'
                          for path, name in pages.items())).classes('ls-tabs').props(f'aria-label="{label}"')


def spinner() -> None:
    """A wheel that turns while something is under way."""
    ui.element('span').classes('ls-spinner').props('aria-hidden=true')


def link(text: str, path: str, **query: str) -> Text:
    """A link within the site; a query parameter that is the default is left out."""
    anchor = Text('a', text)
    anchor.props['href'] = address_of(with_query(path, **query))
    return anchor


def with_query(path: str, **query: str) -> str:
    """A path with query parameters; one that is the default is left out."""
    query = {name: value for name, value in query.items() if value != HOME_PATH}
    return f'{path}?{urlencode(query)}' if query else path


def button_link(text: str, path: str, kind: Literal['primary', 'plain'] = 'primary', **query: str) -> Text:
    """A link that looks like a button."""
    return link(text, path, **query).classes(f'ls-button ls-{kind}')


@contextmanager
def api_form(action: str, submit: str, *, method: str = 'POST', on_done: Callable[[Any], object] | None = None,
             done: str = '', announce: bool = False, keep: bool = False, then: str = '', danger: bool = False,
             begin: bool = False, download: str = '', plain: bool = False, then_waits: str = '', sends: str = '',
             hands: str = '') -> Generator[None]:
    """A native form, which static/live/forms.js posts to the Frontend API. Its fields are built in the ``with`` block.

    Nothing that is typed into it passes through the websocket.

    :param action: a path of the Frontend API as it is documented, wherever that is, or of an endpoint of your own
    :param submit: what is written on the button
    :param on_done: called with the response when it was accepted and the tab has re-authenticated
    :param done: what is written beside the button then, until something else is typed
    :param announce: whether other tabs of this browser have to re-authenticate then, as after a sign-in
    :param keep: whether what was typed stays in the fields
    :param then: where to go when it was accepted; loads a new page
    :param danger: whether it can't be undone
    :param download: the name of the file in which the browser saves the response
    :param begin: whether its first empty field has the focus when the page is loaded
    :param plain: whether there is something else on the page that matters more
    :param then_waits: where to go in place of ``then`` if something is left to do, as after a sign-up by mail
    :param sends: the names of what is sent with it of what a mailed link holds; see static/live/fragment.js
    :param hands: the names of what the next page gets of the answer, as if by such a link
    """
    form = ui.element('form').props(f'method=post data-api={method} novalidate')
    form.props['action'] = api_path(action)  # may hold braces
    for name, wanted in (('data-announce', announce), ('data-keep', keep), ('data-begin', begin)):
        if wanted:
            form.props[name] = ''
    for name, words in (('data-then', then), ('data-then-waits', then_waits), ('data-sends', sends),
                        ('data-hands', hands), ('data-download', download)):
        if words:
            form.props[name] = words
    ask_when_refused(form, submit)
    if on_done is not None:
        form.on('done', lambda event: on_done(event.args['detail']), ['detail'])
    with form:
        yield
        Text('p').classes('ls-error').props('data-error="" role=alert')
        kind = 'danger' if danger else 'plain' if plain else 'primary'
        with ui.element('div').classes('ls-form-end'):
            with ui.element('button').classes(f'ls-button ls-{kind}').props('type=submit'):
                spinner()
                Text('span', submit)
            if done:
                Text('p').classes('ls-quiet').props('role=status').props['data-done'] = done


def field(name: str, label: str, *, kind: Literal['text', 'email', 'password'], autocomplete: str, hint: str = '',
          optional: bool = False, last: bool = False, most: int = 0, too_long: str = '') -> ui.element:
    """A labelled input, with room for its error below it; returns the input.

    :param last: whether the Enter key of a phone sends the form, and does not lead to the next field
    :param most: how many characters it may have; what is beyond them is told of while it is typed, and not cut off
    :param too_long: what is told then
    """
    with ui.element('div').classes('ls-field'):
        caption = Text('label', label).props(f'for={name}')
        if optional:
            with caption:
                Text('span', _(' (optional)')).classes('ls-quiet')
        if kind == 'password':
            with ui.element('div').classes('ls-password'):
                entry = _entry(name, kind, last=last)
                _show_button(name)
        else:
            entry = _entry(name, kind, last=last)
        entry.props['autocomplete'] = autocomplete
        entry.props('' if optional else 'required')
        if most:  # browsers count otherwise; where they cut off, it is too long by far
            entry.props(f'data-most={most} maxlength={4 * most}').props['data-too-long'] = too_long
        described = [f'{name}-error', *([f'{name}-hint'] if hint else []), *([f'{name}-caps'] * (kind == 'password'))]
        entry.props['aria-describedby'] = ' '.join(described)
        if hint:
            Text('p', hint).classes('ls-quiet').props(f'id={name}-hint')
        if kind == 'password':
            Text('p').classes('ls-caps-lock').props(f'id={name}-caps data-caps role=status')
        Text('p').classes('ls-error').props(f'id={name}-error data-error={name}')
    return entry


def email_field(name: str, label: str = '', *, autocomplete: str = 'username', last: bool = False, hint: str = '',
                optional: bool = False) -> ui.element:
    """A field for an email address; returns the input. The one of who signs in goes along from page to page."""
    entry = field(name, label or _('Email address'), kind='email', autocomplete=autocomplete, last=last, hint=hint,
                  optional=optional,
                  most=MAX_ADDRESS,
                  too_long=_('Email addresses may have {count} characters at most. Check it.', count=MAX_ADDRESS))
    return entry if label else entry.props('data-address')


def keep_signed_in_box() -> None:
    """A box for whoever wants to stay signed in when the browser is closed; it is not ticked beforehand."""
    with ui.element('div').classes('ls-keep'):
        with ui.element('label').classes('ls-check'):
            box = ui.element('input').props('type=checkbox name=keep_signed_in value=true')
            box.props['aria-describedby'] = 'keep-signed-in-hint'
            Text('span', _('Keep me signed in'))
        Text('p', _('Only on a device that nobody else uses.')).classes('ls-quiet').props('id=keep-signed-in-hint')


def name_field(name: str, label: str, autocomplete: str, *, last: bool = False) -> ui.element:
    """A field for a part of somebody's name; returns the input."""
    return field(name, label, kind='text', autocomplete=autocomplete, optional=True, last=last, most=MAX_NAME,
                 too_long=_('Names may have {count} characters at most. Make it shorter.', count=MAX_NAME))


def new_password_field(name: str, label: str) -> ui.element:
    """A field for a new password, which is judged while it is typed; returns the input."""
    least = tabs().auth.settings.password_min_length
    hint = _('{least} to {most} characters. Several words that do not belong together are good ones.',
             least=least, most=MAX_LENGTH)
    entry = field(name, label, kind='password', autocomplete='new-password', hint=hint, last=True)
    # For what makes up passwords. It is not cut off: a password that is shorter than what was pasted opens nothing.
    entry.props['passwordrules'] = f'minlength: {least}; maxlength: {MAX_LENGTH};'
    return entry.props(f'minlength={least} data-judge')


def _entry(name: str, kind: str, *, last: bool) -> ui.element:
    entry = ui.element('input').props(f'id={name} name={name} type={kind} enterkeyhint={"go" if last else "next"}')
    if kind == 'email':
        entry.props('inputmode=email')
    if kind != 'text':  # nor does a browser send a password that is shown to a spelling checker elsewhere
        entry.props('autocapitalize=none autocorrect=off spellcheck=false')
    return entry


def _show_button(name: str) -> None:
    """The button that shows a password; static/live/password-fields.js does it, and hides it again."""
    words = ('show', _('Show'), _(' the password')), ('hide', _('Hide'), _(' the password'))
    html = ''.join(f'<span data-{state}>{seen}<span class="ls-unseen">{unseen}</span></span>'
                   for state, seen, unseen in words)
    Static('button', html).classes('ls-show-password').props(f'type=button data-shows={name} aria-controls={name}')
