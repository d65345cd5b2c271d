"""User-Agent headers, as browsers really send them, and as nobody should."""

from __future__ import annotations

import pytest

from auth.user_agents import read_user_agent

WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'


@pytest.mark.parametrize(('header', 'words'), [
    (f'Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36', 'Chrome 142 on Windows PC'),
    (f'Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
     'Edge 142 on Windows PC'),
    ('Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Linux PC'),
    ('Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Linux PC'),
    ('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 '
     'Safari/605.1.15', 'Safari 18 on Mac'),
    ('Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 '
     'Mobile/15E148 Safari/604.1', 'Safari 18 on iPhone'),
    ('Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 '
     'Mobile/15E148 Safari/604.1', 'Safari 17 on iPad'),
    (f'Mozilla/5.0 (Linux; Android 15; Pixel 9) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36',
     'Chrome 142 on Android device'),
    (f'Mozilla/5.0 (X11; CrOS x86_64 16000.0.0) {WEBKIT} Chrome/142.0.0.0 Safari/537.36', 'Chrome 142 on Chromebook'),
])
def test_a_device_is_called_what_its_owner_calls_it(header: str, words: str) -> None:
    assert str(read_user_agent(header)) == words


@pytest.mark.parametrize('header', ['', ' ', 'x', '(((((', 'é' * 300, '\x00', '<img src=x onerror=y>', 'a/' * 256])
def test_nonsense_is_an_unknown_device_with_a_browser(header: str) -> None:
    found = read_user_agent(header)

    assert found.device == 'Unknown device'
    assert found.browser == 'Web browser'
    assert not found.is_mobile
