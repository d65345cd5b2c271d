"""The tests with what npm brings: without npm they are left out, and in CI that is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.installed import check_installed


def test_without_npm_a_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
                                    ) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.delenv('CI', raising=False)

    assert not check_installed()
    assert 'tests/conformance needs npm and node' in capsys.readouterr().out


def test_in_ci_that_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.setenv('CI', 'true')

    with pytest.raises(pytest.UsageError, match='tests/conformance needs npm and node'):
        check_installed()
