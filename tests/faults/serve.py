"""The app, with passwords that are cheap to check: the fault test signs in too often for costly ones."""

from __future__ import annotations

from functools import partial

import main
from auth.context import Auth
from auth.passwords import Passwords

main.Auth = partial(Auth, passwords=Passwords(memory_kib=8, time_cost=1))  # type: ignore[assignment]
main.main()
