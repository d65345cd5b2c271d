"""The file ``.env``: told in one sentence if it is not what was meant, instead of being read as something else."""

from __future__ import annotations

import codecs
import io
from pathlib import Path

from dotenv.parser import parse_stream

ENV_FILE = '.env'

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class BadEnvFile(ValueError):
    """The file with the settings can't be read; the message says what to do."""


def check_env_file(path: Path) -> None:
    """Refuse a file that is no text in UTF-8, or has lines that set nothing. One that is not there is all right.

    A mark at its beginning that says that it is UTF-8 is all right, too.

    :raises BadEnvFile: saying what to do; it never shows what is in the file
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadEnvFile(f'The file {path} with the settings cannot be read ({error.strerror}). Make it a file that '
                         'whoever runs this may read, or take it away.') from error
    if content.startswith(_UTF_16) or b'\0' in content:
        raise BadEnvFile(f'The file {path} with the settings is not UTF-8 text: it has zero bytes, as UTF-16 has. '
                         'Save it as UTF-8.')
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        line = content.count(b'\n', 0, error.start) + 1
        raise BadEnvFile(f'The file {path} with the settings is not UTF-8 text: see line {line}. Save it as UTF-8.'
                         ) from None
    wrong = next((one.original.line for one in parse_stream(io.StringIO(text))
                  if one.error or (one.key is not None and one.value is None)), None)
    if wrong is not None:
        raise BadEnvFile(f'Line {wrong} of the file {path} with the settings sets nothing. Write each line like '
                         'NAME=value, or begin it with # if it is a comment.')
