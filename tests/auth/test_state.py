"""What pages bind to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import pytest
from nicegui import binding

from auth.live.state import AuthState


@dataclass
class Label:
    """Something with a text."""

    text: object = ''


@pytest.fixture
def label() -> Iterator[Label]:
    """Something that is bound, and let go of afterwards."""
    one = Label()
    yield one
    binding.remove([one])


@pytest.mark.parametrize('name', [field.name for field in fields(AuthState)])
def test_what_is_bound_follows_each_field_also_if_the_field_had_changed_before(name: str, label: Label) -> None:
    state = AuthState()
    setattr(state, name, 'before anything was bound')

    binding.bind_from(label, 'text', state, name)
    assert label.text == 'before anything was bound'
    setattr(state, name, 'afterwards')

    assert label.text == 'afterwards'
    assert not binding.active_links  # or it would be looked at all the time, and a server of ours does not


def test_states_do_not_share_what_they_hold(label: Label) -> None:
    mine, other = AuthState(), AuthState()
    binding.bind_from(label, 'text', mine, 'status')

    other.status = 'signed_in'

    assert (mine.status, label.text) == ('loading', 'loading')
    binding.remove([label])
    mine.status = 'signed_out'
    assert (mine.status, label.text) == ('signed_out', 'loading')
