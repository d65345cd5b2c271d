"""Names: what of them counts, and how people are shown."""

from __future__ import annotations

import pytest

from auth.errors import ParamInvalid
from auth.rules.clients import UserView
from auth.rules.names import clean_name, isolated
from auth.rules.profile import change_name
from tests.rules import LAPTOP, Rules

UNSEEN = ['\u202e', '\u202a', '\u2066', '\u2069', '\u200e', '\u061c', '\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad',
          '\u034f', '\u115f', '\u3164', '\u180e', '\ufe0f', '\U000e0041', '\U000e0100', '\U000e0001', '\ufff9', '\x00',
          '\x1b', '\x7f', '\x9b', '\ud800', '\uffff']


@pytest.mark.parametrize('unseen', UNSEEN, ids=ascii)
def test_what_cannot_be_seen_counts_as_nothing(unseen: str) -> None:
    assert clean_name(f'{unseen}An{unseen}n{unseen}') == 'Ann'
    assert clean_name(unseen * 8) == ''


@pytest.mark.parametrize('blank', ['', '   ', '\u2800' * 3, '\u00a0\u3000', '\u200b \u200b', '\u0301\u0301', '\n\t'],
                         ids=ascii)
def test_a_name_of_nothing_is_none(blank: str) -> None:
    user = UserView('user_1', 'ann@example.com', blank, blank)

    assert (user.first_name, user.name, user.initials) == ('', 'ann@example.com', 'A')


@pytest.mark.parametrize('name', [
    "O'Hara", 'Zoë', 'Иван', 'علی\u200cرضا', '\u0930\u094d\u200d\u092f', '\u0d28\u0d4d\u200d',
    '\u09b0\u200d\u09cd\u09af',
    '葛\U000e0100城', 'ᠮᠣᠩᠭᠣᠯ\u180b', '👩\u200d👩\u200d👧', '👩🏽\u200d🚀', '❤\ufe0f', '1\ufe0f\u20e3', '🇩🇪',
    '🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f', 'שָׁלוֹם', 'Nguyễn', '{{7*7}}', '<b>x</b>',
], ids=ascii)
def test_what_a_script_or_an_emoji_is_written_with_stays(name: str) -> None:
    assert clean_name(name) == name


def test_marks_are_not_piled_up_nor_put_on_what_is_before() -> None:
    assert clean_name('Z' + '\u0336' * 90 + 'algo') == 'Z' + '\u0336' * 6 + 'algo'
    assert clean_name('\u0301Ann') == 'Ann'


def test_white_space_is_one_space_and_letters_have_one_form() -> None:
    assert clean_name(' Anna\n\t\u2028Maria\u00a0') == 'Anna Maria'
    assert clean_name('Zoe\u0308') == 'Zo\u00eb'


@pytest.mark.parametrize(('first', 'last', 'shown'), [
    ('ann', 'smith', 'AS'), ('Zoe\u0308', '', 'Z'), ('e\u0301va', '', 'É'),
    ('👩\u200d👩\u200d👧', 'Müller', '👩\u200d👩\u200d👧M'), ('🇩🇪', '🇫🇷', '🇩🇪🇫🇷'), ('ßander', '', 'ß'),
    ('क्षितिज', 'शर्मा', 'क्षिश'), ('நிலா', '', 'நி'), ('"Bob"', '(x)', 'BX'), ('...', '', '.'),
    ('\u202eann', '\u200b', 'A'), ('', '', 'A'), ('boss@example.com', 'x', 'A'),
], ids=ascii)
def test_initials_are_whole_letters(first: str, last: str, shown: str) -> None:
    assert UserView('user_1', 'ann@example.com', first, last).initials == shown


def test_nobody_without_an_address_breaks_a_page() -> None:
    assert UserView('user_1', '', '', '').initials == ''


@pytest.mark.parametrize('name', ['boss@example.com', 'boss\uff20example.com', 'boss\ufe6bexample.com',
                                  'boss@\u200bexample.com', 'boss @ example.com', '@boss', 'boss@ex\u0430mple.com'],
                         ids=ascii)
def test_a_name_that_looks_like_an_address_stands_for_nobody(name: str) -> None:
    half = len(name) // 2
    for first, last in ((name, ''), ('', name), (name[:half], name[half:])):
        user = UserView('user_1', 'eve@example.org', first, last)

        assert user.name == 'eve@example.org'
        assert user.initials == 'E'
        assert user.full_name


def test_only_what_is_read_from_right_to_left_is_isolated() -> None:
    assert isolated('Ann Müller') == 'Ann Müller'
    assert isolated('שרה') == '\u2068שרה\u2069'


async def test_a_name_is_stored_without_what_cannot_be_seen_and_shown_so_whoever_wrote_it(rules: Rules) -> None:
    done = await rules.sign_up(first_name='\u202eAnn\u202c', last_name='\u200b')
    stored = rules.sql('SELECT first_name, last_name FROM user')
    await rules.auth.run(change_name, await rules.here(done.token), last_name='Sm\u200bith\x1b', request_info=LAPTOP)
    changed = rules.sql('SELECT first_name, last_name FROM user')
    rules.sql('UPDATE user SET first_name = ?, last_name = ?', '\u202egro.elpmaxe@ssob', '\u2066')

    user = (await rules.here(done.token)).sessions[0].user

    assert stored == [('Ann', '')]
    assert changed == [('Ann', 'Smith')]
    assert (user.first_name, user.last_name, user.name) == ('gro.elpmaxe@ssob', '', 'ann@example.com')


async def test_length_is_counted_without_what_cannot_be_seen(rules: Rules) -> None:
    await rules.sign_up(first_name='\u200b' * 300 + 'x' * 100)

    assert rules.sql('SELECT first_name FROM user') == [('x' * 100,)]
    for too_long in ('x' * 101, '\u200b' * 2000):
        with pytest.raises(ParamInvalid, match='100 characters at most'):
            await rules.sign_up('bob@example.com', first_name=too_long)
