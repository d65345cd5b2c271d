"""Properties that can be bound, and that are quick to set while nothing is bound to them.

Private: ``binding.bindings``, and the name under which a ``BindableProperty`` stores its value.
Public way: ``BindableProperty`` alone; it looks for bindings at every change, and an end may change very many tabs at
once.
Guarded by tests/auth/test_state.py.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from nicegui.binding import BindableProperty, bindings

Class = TypeVar('Class', bound=type)


def quick_to_set(cls: Class) -> Class:
    """Make the bindable fields of a dataclass quick to set."""
    for field in fields(cls):
        setattr(cls, field.name, _Quick(field.name))
    return cls


class _Quick(BindableProperty):

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __set__(self, owner: Any, value: Any) -> None:
        stored_as = f'___{self.name}'
        if hasattr(owner, stored_as) and (id(owner), (self.name,)) not in bindings:
            setattr(owner, stored_as, value)
        else:
            super().__set__(owner, value)
