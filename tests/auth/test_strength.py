"""Which new passwords are strong enough: what is tried first is none, whoever chose it and wherever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from zxcvbn import zxcvbn
from zxcvbn.matching import RANKED_DICTIONARIES

from auth.credentials import strength
from auth.credentials.strength import MOST_OWN_WORDS, WAITING_AT_MOST, StrengthMeter, Weakness, weakness
from auth.errors import AuthError, PasswordTooShort, PasswordTooWeak, TooBusy
from auth.language import reading
from auth.rules.actor import by_command_line
from auth.rules.admin import create_user, set_password
from auth.rules.new_passwords import Person, check_new_password
from auth.rules.profile import change_password
from auth.rules.sign_in import sign_up
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, Rules
from tests.running import either_store

ANN = Person('annabell.fox@meadow-inn.example', 'Annabell', 'Fuchs-Wolfeschlegelsteinhausen')
OWN, SITE = ANN.words, ('Live Sessions', ' Acme Shop', 'portal.acme.example', 'acme')


@pytest.fixture(autouse=True)
def judged_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests remember what zxcvbn has said."""
    monkeypatch.setattr(strength, 'zxcvbn', zxcvbn)


@pytest.mark.parametrize(('password', 'why'), [
    ('aaaaaaaa', Weakness.REPEATED), ('ababababab', Weakness.REPEATED), ('1234567890' * 20, Weakness.REPEATED),
    ('hunter2 hunter2', Weakness.REPEATED), ('é' * 256, Weakness.REPEATED), ('x' * 63 + 'w', Weakness.REPEATED),
    ('Summer2026', Weakness.COMMON), ('Summer 2026!', Weakness.COMMON), ('Sommer2026', Weakness.COMMON),
    ('Fru\u0308hling-2026', Weakness.COMMON), ('P@ssw0rd!', Weakness.COMMON), ('Passwort123', Weakness.COMMON),
    ('qwertz123', Weakness.COMMON), ('drowssap99', Weakness.COMMON), ('Ｓｕｍｍｅｒ２０２６', Weakness.COMMON),
    ('fghjklpoiu', Weakness.KEYS), ('20.11.1987', Weakness.DATE), ('abcdefghij', Weakness.SEQUENCE),
    ('        9', Weakness.SHORT), ('x7#Qb!2z', Weakness.SHORT), ('пароль12', Weakness.SHORT),
    ('🦊🐻🐼🐨🐯🦁🐮🐷', Weakness.SHORT), ('nonetheless', Weakness.WORDS),
    *((own, Weakness.OWN_WORDS) for own in (
        'AnnabellAnnabell', 'Annabell Annabell', 'annabell-annabell', 'Annabell2026!', 'llebanna2026', '4nn4b3ll99',
        'ＡＮＮＡＢＥＬＬ２０２６', 'annabell.fox@meadow-inn.example' * 2, 'Annabell.Fox87',
        'Fuchs-Wolfeschlegelsteinhausen',
        'AnnabellFuchs1', 'meadowinn2026', 'iloveannabell', 'LiveSessions2026', 'live-sessions', 'acmeacme12',
        'Acme-Shop-2026', 'portal.acme.example')),
])
def test_what_is_guessed_first_is_weak_and_it_is_known_why(password: str, why: Weakness) -> None:
    assert weakness(password, (*OWN, *SITE)) is why


@pytest.mark.parametrize('password', [
    PASSWORD, NEW_PASSWORD, 'correcthorsebattery', 'no composition rules here', 'Grüße aus Köln 42', 'x7#Qb!2zkW',
    'a' * 200 + PASSWORD, PASSWORD + 'a' * 200, PASSWORD * 12, 'Annabell and a teapot of basalt',
    'пароль из трёх слов', '正しい馬の電池のホチキス', '4@8({[<3690!1|7$5+%2xz' * 11, '🦊🐻🐼🐨🐯🦁🐮🐷🐔🐧🐦',
    'kQ3-vT8-mZ1', '\N{FULL BLOCK}' + 'x7#Qb!2zk'])
def test_what_is_not_guessed_is_strong_in_any_script_and_length(password: str) -> None:
    assert weakness(password, (*OWN, *SITE)) is None


@pytest.mark.parametrize('password', ['4@8({[<3690!1|7$5+%2xz' * 11, '!|@${([<+%' * 25, '0123456789' * 25,
                                      'ab' * 128, 'password' * 32, 'aA' * 128, '1.1.91' * 42,
                                      ''.join(map(chr, range(0x4e00, 0x4f00)))])
def test_a_judgement_takes_no_longer_for_what_was_made_to_take_long(password: str) -> None:
    words = [f'{word}{number}' for number in range(50) for word in ('annabell', 'meadow', 'fox')]
    plain, made = (min(_seconds(lambda given=given: weakness(given, words)) for _ in range(3))
                   for given in ('the quick brown fox jumps'[:24], password))

    assert made < 60 * plain  # a thousand times that, by zxcvbn alone


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_nobodys_words_are_left_in_memory_and_very_many_are_cut() -> None:
    words = [f'{number:05}x' for number in range(10 * MOST_OWN_WORDS)]

    assert weakness('annabell2026', [*words, 'annabell']) is not None
    assert 'user_inputs' not in RANKED_DICTIONARIES


async def test_a_judgement_leaves_the_event_loop_free_and_a_flood_is_turned_away() -> None:
    meter = StrengthMeter()

    asked = [asyncio.ensure_future(meter.weakness(PASSWORD, OWN)) for _ in range(WAITING_AT_MOST + 5)]
    await asyncio.sleep(0)  # all have begun
    done = [judgement.done() for judgement in asked]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    meter.close()

    assert done == [False] * WAITING_AT_MOST + [True] * 5  # a judgement in the event loop would be done by then
    assert answers[:WAITING_AT_MOST] == [None] * WAITING_AT_MOST
    assert [type(answer) for answer in answers[WAITING_AT_MOST:]] == [TooBusy] * 5


async def test_one_rule_holds_wherever_a_password_is_set(rules: Rules) -> None:
    """It is the same sentence at sign-up, at a change, and where an administrator or the command line sets one."""
    ann = await rules.sign_up('annabell@example.com', first_name='Fiona')
    client = await rules.here(ann.token)

    async def refusal(weak: str, number: int) -> AuthError:
        with pytest.raises(PasswordTooWeak) as refused:
            await [
                lambda: sign_up(rules.auth, None, email_address='fiona@example.org', password=weak, first_name='Fiona',
                                request_info=LAPTOP),
                lambda: change_password(rules.auth, client, current_password=PASSWORD, new_password=weak,
                                        sign_out_others=False, request_info=LAPTOP),
                lambda: create_user(rules.auth, by_command_line, email_address='x@example.org', password=weak,
                                    first_name='Fiona'),
                lambda: set_password(rules.auth, by_command_line, ann.user_id, weak)][number]()
        return refused.value

    for weak in ('Summer2026', 'FionaFiona', 'Live Sessions!', 'fiona-2026'):
        errors = [await refusal(weak, number) for number in range(4)]
        assert len({error.message for error in errors}) == 1
        assert [error.param for error in errors] == ['password', 'new_password', 'password', 'password']
    assert rules.sql('SELECT count(*) FROM "user"') == [(1,)]


@either_store
async def test_every_refusal_says_what_to_do_in_both_languages(rules: Rules) -> None:
    for password in ('aaaaaaaa1', 'Summer2026', 'annabellannabell', 'fghjklpoiu', '20.11.1987', 'abcdefghij',
                     'x7#Qb!2z', 'nonetheless'):
        with pytest.raises(PasswordTooWeak) as refused:
            await check_new_password(rules.auth, password, ANN)
        assert any(what in refused.value.message for what in ('Choose several words', 'Add '))
        with reading('de'):
            assert any(what in refused.value.message for what in ('Wählen Sie', 'Fügen Sie', 'Wähle', 'Ergänze'))


@either_store
async def test_the_settings_say_how_long_and_which_words_are_the_sites(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(password_min_length=15, password_words='Grapefruit, Blue Heron',
                       public_url='https://portal.pomegranate.example')

    for weak in ('blueheron 2026!', 'Grapefruit grapefruit', 'pomegranate portal', 'Pomegranate-2026!'):
        with pytest.raises(PasswordTooWeak, match='the name of this site'):
            await check_new_password(rules.auth, weak, Person('ann@example.com'))
    with pytest.raises(PasswordTooShort, match='15 characters or more'):
        await check_new_password(rules.auth, 'x7#Qb!2zkW8$qv', Person('ann@example.com'))
    await check_new_password(rules.auth, 'x7#Qb!2zkW8$qvp', Person('ann@example.com'))
