"""What was typed comes back in a page that is loaded anew: browsers differ in reloads and in carets."""

from __future__ import annotations

from tests.patience import PATIENCE_SECONDS
from tests.running import either_store

from .conftest import NewTab
from .processes import wait_until

pytestmark = either_store

TYPE = '''() => {
    window.isOld = true;
    for (const [name, value] of [['password', 'a secret'], ['first_name', 'Anna']]) {
        const field = document.querySelector(`[name=${name}]`);
        field.focus();
        field.value = value;
        field.dispatchEvent(new Event('input', {bubbles: true}));
    }
    document.activeElement.setSelectionRange(1, 2);
    setTimeout(() => location.reload(), 100);
}'''
HELD = '''() => {
    const {value, selectionStart, selectionEnd} = document.activeElement ?? {};
    const password = document.querySelector('[name=password]')?.value;
    const stored = sessionStorage.getItem('live-sessions.drafts');
    return [!window.isOld, value, selectionStart, selectionEnd, password, stored];
}'''


def test_a_page_that_is_loaded_anew_has_what_was_typed_and_the_caret_and_no_password(new_tab: NewTab) -> None:
    tab = new_tab().open('/sign-up')

    tab.run(TYPE)

    wait_until(lambda: tab.run(HELD) == [True, 'Anna', 1, 2, '', None], PATIENCE_SECONDS)
