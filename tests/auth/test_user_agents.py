"""What is shown of a User-Agent header: words that the owner of a device knows it by, whatever it holds."""

from __future__ import annotations

import re

import pytest

from auth.requests.user_agents import UserAgent, read_user_agent

WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64'
MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10'
LINUX = 'Mozilla/5.0 (X11; Linux x86_64'
IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
IPAD = IPHONE.replace('iPhone; CPU iPhone OS', 'iPad; CPU OS')
ANDROID = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)'
CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0'


@pytest.mark.parametrize(('header', 'words'), [
    (f'{WINDOWS}) {CHROME} Safari/537.36', 'Chrome 141 on Windows PC'),
    (f'{WINDOWS}) {CHROME} Safari/537.36 Edg/141.0.0.0', 'Edge 141 on Windows PC'),
    (f'{WINDOWS}) {CHROME} Safari/537.36 OPR/122.0.0.0', 'Opera 122 on Windows PC'),
    (f'{WINDOWS}; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Windows PC'),
    (f'{MAC}_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15', 'Safari 26 on Mac'),
    (f'{MAC}_15_7) {CHROME} Safari/537.36', 'Chrome 141 on Mac'),
    (f'{MAC}_15_7) {CHROME} Safari/537.36 Edg/141.0.0.0', 'Edge 141 on Mac'),
    (f'{MAC}.15; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Mac'),
    (f'{LINUX}; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Linux PC'),
    ('Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Linux PC'),
    ('Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Linux PC'),
    (f'{LINUX}) {CHROME} Safari/537.36', 'Chrome 141 on Linux PC'),
    (f'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36', 'Chrome 141 on Chromebook'),
    (f'{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1', 'Safari 18 on iPhone'),
    (f'{IPHONE} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1', 'Chrome 141 on iPhone'),
    (f'{IPHONE} FxiOS/143.0 Mobile/15E148 Safari/605.1.15', 'Firefox 143 on iPhone'),
    (f'{IPHONE} Version/18.0 EdgiOS/141.0.3537.60 Mobile/15E148 Safari/605.1.15', 'Edge 141 on iPhone'),
    (f'{IPHONE} Mobile/15E148', 'Safari on iPhone'),
    (f'{IPAD} Version/18.6 Mobile/15E148 Safari/604.1', 'Safari 18 on iPad'),
    (f'{IPAD} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1', 'Chrome 141 on iPad'),
    (f'{ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36', 'Chrome 141 on Android device'),
    (f'{ANDROID} Chrome/141.0.0.0 Safari/537.36', 'Chrome 141 on Android device'),
    (f'{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36', 'Samsung Internet 28 on Android device'),
    (f'{ANDROID} Chrome/141.0.7390.43 Mobile Safari/537.36 EdgA/141.0.3537.57', 'Edge 141 on Android device'),
    ('Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 '
     'Chrome/141.0.0.0 Mobile Safari/537.36', 'Chrome 141 on Android device'),
    ('Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0', 'Firefox 143 on Android device'),
    ('okhttp/4.12.0', 'okhttp 4 on Unknown device'),
])
def test_a_device_is_called_what_its_owner_calls_it(header: str, words: str) -> None:
    assert str(read_user_agent(header)) == words


@pytest.mark.parametrize(('header', 'kind'), [
    (f'{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1', 'phone'), (f'{IPAD} Version/18.6 Safari/604.1', 'tablet'),
    (f'{ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36', 'phone'),
    (f'{ANDROID} Chrome/141.0.0.0 Safari/537.36', 'tablet'),
    ('Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0', 'phone'),
    ('Mozilla/5.0 (Android 15; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0', 'tablet'),
    (f'{MAC}_15_7) {CHROME} Safari/537.36', 'laptop'), (f'{WINDOWS}) {CHROME} Safari/537.36', 'desktop'),
    (f'{LINUX}) {CHROME} Safari/537.36', 'desktop'), (f'Mozilla/5.0 (X11; CrOS x86_64 1.0.0) {CHROME}', 'laptop'),
    ('okhttp/4.12.0', 'unknown'), ('', 'unknown'), ('Mobile', 'unknown'),
])
def test_it_is_known_what_a_device_looks_like(header: str, kind: str) -> None:
    assert read_user_agent(header).kind == kind


@pytest.mark.parametrize(('header', 'carried'), [
    (f'{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1', True), (f'{IPAD} Version/18.6 Safari/604.1', True),
    (f'{ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36', True), (f'{LINUX}) {CHROME} Safari/537.36', False),
    (f'{MAC}_15_7) {CHROME} Safari/537.36', False), ('', False),
])
def test_it_is_known_what_is_carried_about(header: str, carried: bool) -> None:
    assert read_user_agent(header).is_mobile is carried


@pytest.mark.parametrize('header', [
    '', ' ', '-', 'Laptop', '%00', '\x00', '🦊', 'é' * 512, '<script>alert(1)</script>', '{{7*7}}', "' OR 1=1 --",
    'Mozilla/5.0', 'Mozilla/5.0 (', '(' * 512, 'x' * 100_000, 'Mozilla/5.0 ' * 10_000, 'Mozilla/5.0 (Evil OS 9)',
])
def test_what_says_nothing_is_an_unknown_device_and_never_an_error(header: str) -> None:
    assert read_user_agent(header) == UserAgent('Unknown device', 'Web browser')


@pytest.mark.parametrize('header', ['<b>bold</b>bot/9.1', f'{WINDOWS}<script>) {CHROME} Safari/537.36',
                                    '"><img src=x onerror=alert(1)>/7 CFNetwork/1 Darwin/23', 'Mobile/1 Mobile iOS/2',
                                    'x' * 400 + '/1 CFNetwork/1 Darwin/23', f'curl/{"9" * 500}'])
def test_whatever_a_header_holds_the_words_are_there_and_hold_no_tags(header: str) -> None:
    found = read_user_agent(header)

    assert found.device
    assert found.browser
    assert not re.search(r'<\w', str(found))
    assert len(str(found)) <= 70
