"""Where a site begins: what is below its base, and what is not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from auth import Settings
from auth.requests.base import BASE, path_below, with_base


@pytest.mark.parametrize(('path', 'root_path', 'below'), [
    ('/a', '', '/a'), ('/', '', '/'), ('/tools/a', '/tools', '/a'), ('/tools/', '/tools', '/'),
    ('/tools', '/tools', '/'),
    ('/a', '/tools', '/a'),  # a proxy has taken it off
    ('/toolsmith', '/tools', '/toolsmith'), ('/tools/a', '/tools/', '/a'), ('/tools/tools', '/tools', '/tools'),
])
def test_a_path_is_known_from_where_the_site_begins(path: str, root_path: str, below: str) -> None:
    assert path_below({'path': path, 'root_path': root_path}) == below


def test_what_stands_before_addresses_can_close_no_attribute() -> None:
    assert with_base(f'<a href="{BASE}/x">', {'root_path': '/a"><script>'}) == '<a href="/a%22%3E%3Cscript%3E/x">'
    assert with_base(f'<a href="{BASE}/x">', {}) == '<a href="/x">'


@pytest.mark.parametrize(('written', 'root_path'), [('', ''), ('/', ''), ('/tools', '/tools'), ('/a/b-c/', '/a/b-c')])
def test_the_root_path_is_a_path(written: str, root_path: str) -> None:
    assert Settings(root_path=written).root_path == root_path


@pytest.mark.parametrize('written', ['tools', 'https://example.com/tools', '//evil.example', '/a?b', '/a b',
                                     '/..', '/a/./b', '/a//b', '/a\\b', '/a%2fb'])
def test_any_other_root_path_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match='write it like /tools'):
        Settings(root_path=written)


def test_mails_lead_below_the_root_path() -> None:
    settings = Settings(root_path='/tools', public_url='https://example.com')

    assert settings.own_url == 'https://example.com/tools'
    assert settings.own_name == 'example.com'
