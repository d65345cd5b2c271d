"""Where a person may be sent."""

from __future__ import annotations

import pytest

from auth.web.redirects import safe_path


@pytest.mark.parametrize('url', ['/', '/account', '/account?a=b&c=//d', '/a#b', '/sign-in/choose', '/ü'])
def test_a_path_of_this_site_is_kept(url: str) -> None:
    assert safe_path(url) == url


@pytest.mark.parametrize('url', [
    None, '', 'account', 'https://evil.example', '//evil.example', '///evil.example', 'javascript:alert(1)',
    '\\\\evil.example', '/\\evil.example', '\\/evil.example', '/\t/evil.example', '/\n/evil.example', ' //evil.example',
    'data:text/html,x', 'http:/evil.example', '/\x00', '//[',
])
def test_anything_else_becomes_home(url: str | None) -> None:
    assert safe_path(url) == '/'
