"""The benchmark that needs npm runs, and prints what it promises."""

from __future__ import annotations

import re

import pytest

from benchmarks import clerk_js_live


def test_clerk_js_live_measures_the_page_with_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    clerk_js_live.main(['--rounds', '1', '--warm-up', '0', '--alone', '0'])

    rows = re.findall(r'^\| (.*?) +\| ([\d.]+) ', capsys.readouterr().out, re.MULTILINE)
    assert [name for name, _ in rows] == ['another device revokes → the page, with the live script',
                                          'a line of SQL → the page, with the live script']
    assert all(float(took) > 0 for _, took in rows)
