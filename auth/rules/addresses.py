"""Email addresses: which are accepted, and what is wrong with the others."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from models.normal_forms import MOST_CHARACTERS, stored_address, whole_characters

from ..errors import ParamInvalid, ParamMissing
from ..language import N_, Message

_PUBLIC = 'sites.com'
"""A domain that is not reserved for special use."""

MAX_ADDRESS = 254
"""Bytes of an address (RFC 5321, section 4.5.3.1.3)."""


def normal_address(email_address: str, *, intranet: bool = False, param: str = 'email_address') -> str:
    """Check an address, and write it in the one way it is stored; see ``stored_address``.

    Nothing is sent to it, so a domain that only an intranet has, such as ``corp.local``, is as good as another. Without
    a dot, it is far more often a slip.

    :param intranet: whether a domain needs no dot, and may be an IP address
    :param param: the name of the field it was typed into
    :raises AuthError: if it is no address, saying why
    """
    address = stored_address(email_address)
    if not address:
        raise ParamMissing(N_('Enter your email address.'), param=param)
    if why := _too_much(email_address, address) or _what_is_wrong(address, intranet):
        raise ParamInvalid(N_('That is not an email address. {why} Write it like you@example.com.', why=why),
                           param=param)
    return address


def _too_much(written: str, address: str) -> Message | None:
    if len(written) > MOST_CHARACTERS or len(address.encode()) > MAX_ADDRESS:
        return N_('It is too long.')
    return None if whole_characters(written) == written else N_('There is half of a character in it.')


def _what_is_wrong(address: str, intranet: bool) -> Message | None:
    local, at, domain = address.rpartition('@')
    if not at or '@' in local:
        return N_('There is more than one @ in it.') if at else N_('There is no @ in it.')
    if not local or not domain:
        return N_('There is nothing after the @.') if local else N_('There is nothing before the @.')
    if any(char.isspace() for char in address):
        return N_('There is a space in it.')
    if why := _what_is_wrong_with_domain(domain, intranet):
        return why
    if not _is_valid(f'{local}@{_PUBLIC}'):
        return N_('The part before the @ has characters, or dots, where no address has them, or is too long.')
    return None


def _what_is_wrong_with_domain(domain: str, intranet: bool) -> Message | None:
    if domain.startswith('[') and intranet:
        is_address = _is_valid(f'x@{domain.replace("ipv6:", "IPv6:")}')
        return None if is_address else N_('What is in brackets after the @ is not an IP address.')
    if domain.startswith('.') or domain.endswith('.') or '..' in domain:
        return N_('The domain after the @ begins or ends with a dot, or has two dots in a row.')
    if '.' not in domain and not intranet:
        return N_('The domain after the @ has no dot.')
    if domain.rpartition('.')[2].isdecimal():
        return N_('The domain after the @ ends with a number.')
    if not _is_valid(f'x@{domain}.{_PUBLIC}'):  # as a part of a public domain: by itself it may be a reserved one
        return N_('The domain after the @ has characters, or hyphens, where no domain has them, or is too long.')
    return None


def _is_valid(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, allow_domain_literal=True)
    except EmailNotValidError:
        return False
    return True
