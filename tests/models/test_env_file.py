"""The file ``.env``: read as what it is, or told in one sentence."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from auth import Settings
from models import BadEnvFile

LINE = 'DATABASE_URL=sqlite:///here.db\nCOOKIE_NAME=staging\n'


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('DATABASE_URL', raising=False)


@pytest.mark.parametrize('content', [
    LINE.encode(), LINE.replace('\n', '\r\n').encode(), codecs.BOM_UTF8 + LINE.encode(),
    f'# Grüße aus Köln\n\nexport {LINE}'.encode(), LINE.strip().encode(), f'\n\n  {LINE}#'.encode(),
    b'DATABASE_URL="sqlite:///here.db"\nCOOKIE_NAME=\'staging\'',
], ids=repr)
def test_a_file_in_utf_8_is_read_with_or_without_a_mark(tmp_path: Path, content: bytes) -> None:
    (tmp_path / '.env').write_bytes(content)

    settings = Settings()

    assert (settings.database_url, settings.cookie_name) == ('sqlite:///here.db', 'staging')


@pytest.mark.parametrize(('content', 'told'), [
    (LINE.encode('utf-16'), 'not UTF-8 text: it has zero bytes, as UTF-16 has'),
    (LINE.encode('utf-16-le'), 'zero bytes'), (LINE.encode('utf-16-be'), 'zero bytes'),
    (LINE.encode('utf-32'), 'zero bytes'), (codecs.BOM_UTF16_LE, 'zero bytes'),
    (LINE.encode() + b'\0', 'zero bytes'), (LINE.encode() + b'NAME=K\xf6ln', 'not UTF-8 text: see line 3'),
    (b'\xff' + LINE.encode(), 'not UTF-8 text: see line 1'), (LINE.encode() + b'\xed\xa0\x80', 'see line 3'),
    (b'DATABASE_URL postgresql://ann:hunter2@localhost/live', 'Line 1 of'),
    (LINE.encode() + b'DATABASE_URL: hunter2', 'Line 3 of'), (LINE.encode() + b'"hunter2', 'Line 3 of'),
    (LINE.encode() + b'DATABASE_URL=\'hunter2', 'Line 3 of'),
], ids=repr)
def test_a_file_that_is_something_else_is_told_and_not_shown(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / '.env').write_bytes(content)

    with pytest.raises(BadEnvFile) as refused:
        Settings()

    assert told in str(refused.value)
    assert str(refused.value).endswith('.')
    assert 'hunter2' not in str(refused.value)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / '.env').mkdir()

    with pytest.raises(BadEnvFile, match='cannot be read'):
        Settings()
