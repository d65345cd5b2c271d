"""The rules for alerts and the board: they ask for numbers that there are, and promtool accepts them where it is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from auth.monitoring.metrics import OUTCOMES, REASONS
from tests.auth.test_monitoring import Site, following, site
from tests.programs import ROOT
from tests.running import either_store

__all__ = ['following', 'site']

FOLDER = ROOT / 'deploy' / 'monitoring'
PROMTOOL = shutil.which('promtool')

_NAME = re.compile(r'\b(?:live_sessions|process)_[a-z_]+')
_VALUE = re.compile(r'\b(outcome|reason|status)=~?"([^"]*)"')
_VALUES = {'outcome': {*OUTCOMES}, 'reason': {*REASONS}, 'status': {'loading', 'signed_in', 'signed_out', 'away'}}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / 'alerts.yml').read_text(encoding='utf-8'))['groups']
    return [rule for group in groups for rule in group['rules']]


def expressions() -> Iterator[str]:
    """All that is asked of Prometheus."""
    yield from (rule['expr'] for rule in rules())
    board = json.loads((FOLDER / 'board.json').read_text(encoding='utf-8'))
    yield from (target['expr'] for panel in board['panels'] for target in panel['targets'])
    yield from (variable['query']['query'] for variable in board['templating']['list'] if variable['type'] == 'query')


@either_store
async def test_every_number_that_is_asked_for_is_told_and_explained(site: Callable[..., Site]) -> None:
    told = set(_NAME.findall((await site().ask()).text))
    explained = (ROOT / 'docs' / 'monitoring.md').read_text(encoding='utf-8')

    asked = {name for expression in expressions() for name in _NAME.findall(expression)}
    ours = {re.sub(r'_(bucket|sum|count|created)$', '', name) for name in told if name.startswith('live_sessions_')}

    assert asked <= told
    assert [name for name in ours if f'`{name}`' not in explained and f'`{name}_total`' not in explained] == []
    assert ours <= {re.sub(r'_(bucket|total)$', '', name) for name in asked} | {f'{name}' for name in asked}


def test_every_value_of_a_label_that_is_asked_for_is_one() -> None:
    for expression in expressions():
        for label, values in _VALUE.findall(expression):
            assert set(values.split('|')) <= _VALUES[label], expression


def test_every_alert_says_what_to_do() -> None:
    assert len({rule['alert'] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule['annotations'].keys() == {'summary', 'description'}, rule['alert']
        assert rule['labels']['severity'] in {'page', 'warn'}


if PROMTOOL is not None:  # on Debian it is in the package prometheus

    @pytest.mark.parametrize('asked', [['check', 'config', 'prometheus.yml'], ['check', 'rules', 'alerts.yml'],
                                       ['test', 'rules', 'alerts.test.yml']], ids=' '.join)
    def test_promtool_accepts_them(asked: list[str]) -> None:
        done = subprocess.run([PROMTOOL, *asked], cwd=FOLDER, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr
