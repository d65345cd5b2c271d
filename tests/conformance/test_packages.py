"""What npm has is what was pinned."""

from __future__ import annotations

from pathlib import Path

import pytest

from auth.client_packages.fetching import fetch
from auth.client_packages.pinned import CLIENT_PACKAGES


@pytest.mark.parametrize('name', CLIENT_PACKAGES)
def test_a_package_comes_through_npm_with_the_checksum_that_stands_here(name: str, tmp_path: Path) -> None:
    package = CLIENT_PACKAGES[name]

    there = fetch(package, tmp_path)

    assert package.is_in(tmp_path)
    assert (there / 'LICENSE').read_text(encoding='utf-8').startswith('MIT License')
    assert package.version in (there / package.begins_with).read_text(encoding='utf-8')
