"""V6.1 Authentication documentation: what a deployer has to know is written, and is what the code does."""

from __future__ import annotations

import re

from auth import Settings
from auth.settings.limits import LimitSettings
from tests.programs import ROOT


def document(name: str) -> str:
    return (ROOT / 'docs' / name).read_text(encoding='utf-8')


def default(name: str) -> str:
    """What the documentation gives as the default of a setting."""
    rows = re.findall(r'^\| (`.*?`) \| (.*?) \|', document('operation.md'), re.MULTILINE)
    names, values = next((names, values) for names, values in rows if f'`{name}`' in names)
    return dict(zip(re.findall(r'`(\w+)`', names), values.split(', '), strict=False))[name].strip('`')


def test_v6_1_1_the_limits_of_guesses_are_documented_with_their_defaults() -> None:
    for name, field in LimitSettings.model_fields.items():
        assert default(name.upper()) == f'{field.default}'
    assert 'signed in' in document('operation.md')


def test_v6_1_2_the_words_that_no_password_may_be_made_of_are_documented() -> None:
    assert default('PASSWORD_WORDS') == Settings.model_fields['password_words'].default


def test_v6_1_3_the_ways_in_are_documented() -> None:
    for path in ('/v1/client/sign_ins', '/v1/client/sign_ups', '/verify/attempt_first_factor'):
        assert path in document('frontend-api.md')
