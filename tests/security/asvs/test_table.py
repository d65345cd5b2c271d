"""docs/security.md has each requirement once, and the tests that it names are those that there are."""

from __future__ import annotations

import re
from pathlib import Path

from tests.programs import ROOT

LINES = {'3.3': 5, '3.4': 8, '3.5': 8, '6.1': 3, '6.2': 12, '6.3': 8, '6.4': 6, '6.5': 8, '6.6': 4, '6.7': 2, '6.8': 4,
         '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2}
"""How many requirements each section of ASVS 5.0.0 has, numbered from 1."""

ROW = re.compile(r'^\| (\d+\.\d+\.\d+) \| ([123]) \|(.*)\| (.*) \|$', re.MULTILINE)
TEST = re.compile(r'^(?:async )?def (test_v\d+_\d+_\d+(?:_and_\d+)?)_', re.MULTILINE)


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall((ROOT / 'docs' / 'security.md').read_text(encoding='utf-8'))


def names_here() -> set[str]:
    """What the tests of this folder are about."""
    return {found for file in Path(__file__).parent.glob('test_v*.py')
            for found in TEST.findall(file.read_text(encoding='utf-8'))}


def test_every_requirement_is_in_the_table_once() -> None:
    expected = [f'{section}.{number}' for section, count in LINES.items() for number in range(1, count + 1)]

    assert [requirement for requirement, *_ in rows()] == expected


def test_each_row_names_a_test_that_is_there_or_says_why_there_is_none() -> None:
    there = names_here()
    for requirement, _, how, shown in rows():
        name = re.fullmatch(r'`(test_v\w+)`', shown)
        if name is None:
            assert re.match(r'(not met|does not apply): \w', shown), requirement
        else:
            assert name[1] in there, requirement
            assert how.strip(), requirement
            section, _, number = requirement.rpartition('.')
            assert name[1].startswith(f'test_v{section.replace(".", "_")}_')
            assert number in name[1].split('_')


def test_each_test_is_named_by_a_row() -> None:
    named = {shown.strip('`') for *_, shown in rows()}

    assert names_here() - named == set()
