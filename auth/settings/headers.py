"""What browsers are told of the site beside its pages: what these may load, what they may do, and https."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from .bounds import A_CENTURY

_DIRECTIVES = {f'{kind}-src' for kind in ('script', 'style', 'img', 'font', 'connect', 'media', 'frame', 'worker',
                                          'manifest')} | {'form-action'}
"""What an author may add to. Nothing lifts ``object-src``, ``base-uri`` and ``frame-ancestors``."""

_HOST = re.compile(r'(?:(?:https?|wss?)://)?(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?(?:/[\w.~%/-]*)?', re.I)
_SCHEME = re.compile(r'(?:data|blob|mediastream):')
_RUNS_CODE = {'script-src', 'worker-src'}
_FEATURE = re.compile(r'[a-z]+(?:-[a-z]+)*')


class HeaderSettings(BaseSettings):
    """What browsers are told of the site beside its pages."""

    content_sources: str = ''
    """What pages may load beside what is the site's own, as in a content security policy:
    ``img-src https://images.example.com; connect-src https://api.example.com wss://api.example.com``."""

    permissions: str = ''
    """What pages of this site may ask a browser for, such as ``camera,geolocation``."""

    hsts_seconds: int = Field(default=365 * 24 * 3600, ge=0, le=A_CENTURY)
    """For so long a browser that came over https comes by https only (ASVS 3.4.1: a year or more). 0: not told."""

    hsts_subdomains: bool = False
    """Whether that holds for all sub-domains, too. They have to be served over https then, each of them."""

    @field_validator('content_sources')
    @classmethod
    def _check_content_sources(cls, value: str) -> str:
        parse_sources(value)
        return value

    @field_validator('permissions')
    @classmethod
    def _check_permissions(cls, value: str) -> str:
        names = [name.strip().lower() for name in value.split(',') if name.strip()]
        if not all(map(_FEATURE.fullmatch, names)):
            raise ValueError('write names of features separated by commas, such as camera,geolocation')
        return ','.join(names)


def parse_sources(written: str) -> Mapping[str, tuple[str, ...]]:
    """Read what pages may load beside what is the site's own: sources by the directive that they are added to.

    :raises ValueError: if it is no such list, or would let anything run
    """
    found: dict[str, tuple[str, ...]] = {}
    for directive in written.split(';'):
        name, *sources = directive.split() or ['']
        if not name:
            continue
        if name.lower() not in _DIRECTIVES:
            raise ValueError(f'begin each part with one of {", ".join(sorted(_DIRECTIVES))}, such as '
                             'img-src https://images.example.com')
        for source in sources:
            if not _HOST.fullmatch(source) and (name.lower() in _RUNS_CODE or not _SCHEME.fullmatch(source)):
                raise ValueError(f'name the sources of {name.lower()} one by one, such as https://cdn.example.com; '
                                 'what stands for any site, or for inline code, is refused')
        found[name.lower()] = (*found.get(name.lower(), ()), *sources)
    return found
