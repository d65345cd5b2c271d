"""What stands in a mail, described once: a subject, paragraphs, and at most one link or code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*)")


@dataclass(frozen=True, slots=True)
class Link:
    """The one thing to do.

    :param label: what it does, such as "Choose a new password"
    :param path: a page of this site, with query and fragment; the site's own address is put before it, see ``own_url``
    """

    label: str
    path: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path) or self.path.startswith('//'):
            raise ValueError('a link in a mail leads to a page of this site: /path?query#fragment, in ASCII')


@dataclass(frozen=True, slots=True)
class Code:
    """What to type where the person began, such as "123456"."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a mail, in its reader's language. The greeting and the footer are those of every mail."""

    subject: str
    paragraphs: tuple[str, ...]
    action: Link | Code | None = None
    after: tuple[str, ...] = ()
    """Paragraphs below the link or the code, such as how long it works."""
