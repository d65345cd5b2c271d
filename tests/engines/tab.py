"""A tab, in whichever engine: what a person reads in it, types into it and clicks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.browser.devices import FOLLOW
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD

from .engine import Actions, Engine
from .processes import wait_until

SIGNED_OUT = 'You are signed out'
KEYS = {'Enter': '\ue007', 'Escape': '\ue00c', 'Tab': '\ue004'}

_READ = '() => document.body?.innerText ?? ""'
_NAME = '''const name = (one) =>
    (one?.getAttribute("aria-label") ?? one?.labels?.[0]?.innerText ?? one?.innerText ?? "").trim();'''
_NAME_OF_THE_FOCUS = f'() => {{ {_NAME} return name(document.activeElement) }}'
_MIDDLE = f'''(wanted) => {{
    {_NAME}
    for (const one of document.querySelectorAll("a, button, input, summary")) {{
        if (!name(one).endsWith(wanted)) continue;
        one.scrollIntoView({{block: "center"}});
        const {{left, right, top, bottom}} = one.getBoundingClientRect();
        const middle = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)];
        if (one.contains(document.elementFromPoint(...middle))) return middle;
    }}
    return null;
}}'''


@dataclass
class Tab:
    """One open page. Whoever waits for something in it waits until it is there."""

    engine: Engine
    handle: str
    url: str

    def open(self, path: str) -> Tab:
        """Go to a page of the site, and wait until it is live."""
        self.engine.go(self.handle, self.url + path)
        self._wait(lambda: self.run('() => window.did_handshake === true'), f'{path} is live')
        return self

    def follow(self, path: str) -> Tab:
        """Go to a page as a link does, with nothing loaded anew, and wait until it is drawn."""
        self.run(FOLLOW, path)
        self.at(path)
        return self

    def back(self) -> None:
        """Press Back."""
        self.engine.back(self.handle)

    def resize(self, width: int, height: int = 740) -> None:
        """Make the window so large."""
        self.engine.resize(self.handle, width, height)

    def run(self, function: str, *given: Any) -> Any:
        """Call a function, written in JavaScript, in the page."""
        return self.engine.run(self.handle, function, *given)

    def reads(self) -> str:
        """Everything that can be read in the page."""
        return self.run(_READ)

    def sees(self, text: str, *, but_never: str | None = None) -> None:
        """Wait until something reads so; all the while nothing may read as the other text."""

        def seen() -> bool:
            shown = self.reads()
            assert but_never is None or but_never not in shown
            return text in shown

        self._wait(seen, f'{text!r} is seen')

    def sees_no(self, text: str) -> None:
        """Wait until nothing that can be read reads so."""
        self._wait(lambda: text not in self.reads(), f'{text!r} is not seen')

    def at(self, path: str) -> None:
        """Wait until the address of the page has this path."""
        self._wait(lambda: self.run('() => location.pathname') == path, f'the page is {path}')

    def holds(self, text: str) -> bool:
        """Whether the page has a text in it, visible or not."""
        return self.run('(text) => document.documentElement.outerHTML.includes(text)', text)

    def click(self, name: str) -> None:
        """Click at the link, button or field whose name ends so, once nothing covers it."""
        middle: list[int] = []
        self._wait(lambda: middle.extend(self.run(_MIDDLE, name) or ()) or middle, f'{name!r} can be clicked')
        at = {'type': 'pointerMove', 'x': middle[0], 'y': middle[1]}
        self.engine.perform(self.handle, [{'type': 'pointer', 'id': 'mouse', 'actions': [
            at, {'type': 'pointerDown', 'button': 0}, {'type': 'pointerUp', 'button': 0}]}])

    def press(self, *keys: str) -> None:
        """Press keys, by name or as text."""
        typed = [KEYS.get(key, key) for key in keys]
        self.engine.perform(self.handle, _pressed(''.join(typed)))

    def focus(self) -> str:
        """The name of what has the focus."""
        return self.run(_NAME_OF_THE_FOCUS)

    def from_the_top(self) -> None:
        """Let the next Tab reach what is first in the page, as it does for somebody who comes from the address bar."""
        self.run('() => { document.querySelector("header").tabIndex = -1; document.querySelector("header").focus() }')

    def tab_to(self, name: str) -> list[str]:
        """Press Tab until that has the focus whose name ends so; returns what had it on the way."""
        passed: list[str] = []

        def reached() -> bool:
            self.press('Tab')
            passed.append(self.focus())
            return passed[-1].endswith(name)

        self._wait(reached, f'{name!r} has the focus')
        return passed

    def fill_in(self, email_address: str) -> None:
        """Fill in and send the form of signing in or up, by keyboard."""
        self.click('Email address')
        self.press(email_address, 'Tab', PASSWORD, 'Enter')

    def _wait(self, condition: Callable[[], object], what: str) -> None:
        try:
            wait_until(condition, PATIENCE_SECONDS)
        except TimeoutError:
            raise AssertionError(f'not so in time: {what}; the page reads:\n{self.reads()}') from None


def _pressed(text: str) -> Actions:
    strokes = [{'type': kind, 'value': key} for key in text for kind in ('keyDown', 'keyUp')]
    return [{'type': 'key', 'id': 'keyboard', 'actions': strokes}]
