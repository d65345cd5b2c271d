"""The language of who reads: how it is chosen, and what is written in it."""

from __future__ import annotations

import ast
import asyncio
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from auth.errors import AccountLimitReached, PasswordTooShort
from auth.language import LANGUAGES, N_, Message, _, english, language, negotiate, ngettext, number, reading, tag
from auth.language.__main__ import KEYWORDS, texts_in
from auth.settings import Settings
from tests.programs import ROOT
from tests.sources import parsed


@pytest.mark.parametrize(('asked', 'given'), [
    ('', 'en-US'), ('*', 'en-US'), ('de', 'de'), ('de-AT', 'de-AT'), ('DE-ch', 'de-CH'), ('en-GB', 'en-GB'),
    ('fr', 'en-US'), ('fr, de;q=0.2', 'de'), ('fr, *;q=0.5, de;q=0.2', 'en-US'), ('en;q=0.5, de', 'de'),
    ('de;q=0.5, en;q=0.8', 'en-US'), ('de;q=0', 'en-US'), ('de;q=2', 'en-US'), ('de;q=nan, en-AU', 'en-AU'),
    ('de-xx', 'de'), ('de-Latn-DE-1996', 'de-DE'), ('zh-Hant-TW, de', 'de'), ('de_AT', 'en-US'), ('i-klingon', 'en-US'),
    (';;;,,=', 'en-US'), ('\x00', 'en-US'), ('x' * 5000, 'en-US'), ('fr,' * 2000 + 'de', 'en-US'),
    ('de"><script>', 'en-US'), ('../../etc/passwd', 'en-US'),
])
def test_a_reader_gets_the_language_they_like_best_of_those_there_are(asked: str, given: str) -> None:
    assert negotiate(asked) == given


@pytest.mark.parametrize(('asked', 'given'), [('', 'de'), ('en-GB', 'de'), ('de-CH', 'de-CH'), ('fr,*', 'de')])
def test_a_site_may_have_one_language_only(asked: str, given: str) -> None:
    assert negotiate(asked, 'de') == given


@pytest.mark.parametrize('spoken', LANGUAGES)
def test_each_language_may_be_that_of_a_site(spoken: str) -> None:
    assert Settings(site_language=spoken).site_language == spoken  # type: ignore[arg-type]


def test_a_language_that_is_not_there_is_refused_as_that_of_a_site() -> None:
    with pytest.raises(ValueError, match='site_language'):
        Settings(site_language='fr')  # type: ignore[arg-type]


@pytest.mark.parametrize(('reader', 'written'), [
    ('en-US', '1,234,567'), ('de-DE', '1.234.567'), ('de', '1.234.567'), ('de-CH', '1’234’567'),
    ('en-IN', '12,34,567'),
])
def test_a_number_is_written_as_the_reader_does(reader: str, written: str) -> None:
    with reading(reader):
        assert number(1234567) == written


def test_what_is_said_is_in_the_language_of_whoever_reads_it() -> None:
    error = PasswordTooShort(N_('Passwords must have {count} characters or more. Make it longer.', count=8))
    with reading('de'):
        assert error.message == _('Passwords must have {count} characters or more. Make it longer.', count=8)
        assert str(error) == 'Passwords must have 8 characters or more. Make it longer.'  # for logs
    assert (tag(), language()) == (english(), 'en')


def test_a_number_decides_the_form() -> None:
    assert [ngettext('{count} session', '{count} sessions', count) for count in (0, 1, 2, 5000)] == [
        '0 sessions', '1 session', '2 sessions', '5,000 sessions']
    assert 'holds 1 account,' in AccountLimitReached(1).message


def test_braces_in_what_somebody_typed_are_plain_text() -> None:
    name = '{0.__class__} {x} %s'
    assert _('You are signed in as {name}.', name=name) == f'You are signed in as {name}.'


async def test_a_reader_is_that_of_a_task_and_of_those_it_starts() -> None:
    async def read() -> str:
        await asyncio.sleep(0)
        return tag()

    with reading('de-AT'):
        started = asyncio.create_task(read())
    other = asyncio.create_task(read())

    assert (await started, await other) == ('de-AT', 'en-US')


def test_words_are_typed_in_ones_own_language_or_in_english() -> None:
    words = Message('Today at {time}', values={'time': 7})
    with reading('de'):
        assert words.is_typed('  heute um 7 ')
        assert not words.is_typed('heute um 8')
    assert Message('delete my account').is_typed('Delete My Account')


# ---------------------------------------------------------------- the catalogue

def texts_in_the_code() -> set[str | tuple[str, ...]]:
    return {text for _file, text in texts_in([ROOT / 'auth', ROOT / 'pages'])}


def catalogue_of(spoken: str) -> dict[str | tuple[str, ...], tuple[str, ...]]:
    """The texts of the code, and what they are in a language: one form, or one for each number."""
    with (ROOT / 'auth/language' / f'{spoken}.po').open('rb') as file:
        read = read_po(file, locale=spoken, abort_invalid=True)
    return {text.id: tuple([text.string] if isinstance(text.string, str) else text.string)
            for text in read if text.id and not text.fuzzy}


def test_no_text_stands_within_an_f_string() -> None:
    """Up to Python 3.11 nobody finds it there."""
    def within(string: ast.JoinedStr) -> bool:
        return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
                   for node in ast.walk(string))

    assert [(file, node.lineno) for folder in ('auth', 'pages') for file in (ROOT / folder).rglob('*.py')
            for node in ast.walk(parsed(file))
            if isinstance(node, ast.JoinedStr) and within(node)] == []


@pytest.mark.parametrize('spoken', LANGUAGES[1:])
def test_a_language_has_every_text_of_the_code_and_no_other(spoken: str) -> None:
    assert catalogue_of(spoken).keys() == texts_in_the_code()


@pytest.mark.parametrize('spoken', LANGUAGES[1:])
def test_a_translation_is_whole_and_has_the_values_of_the_original(spoken: str) -> None:
    def values(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)

    def edges(text: str) -> tuple[bool, bool]:
        return text.startswith(' '), text.endswith(' ')

    wrong: list[str] = []
    for text, forms in catalogue_of(spoken).items():
        originals = (text,) if isinstance(text, str) else text
        wrong += [form for form, original in zip(forms, originals, strict=True)
                  if not form or values(form) != values(original) or edges(form)[1] != edges(original)[1]
                  or {*'<>&'} & {*form} - {*original}]
    assert wrong == []
