"""Processes that run tests at the same time do not get into each other's way."""

from __future__ import annotations

from tests.ports import free_port
from tests.programs import run_python

SOME_PORTS = 'from tests.ports import free_port; print(*(free_port() for _ in range(500)))'


def test_no_two_processes_that_run_tests_are_given_the_same_port() -> None:
    mine = {free_port() for _ in range(500)}

    others = {int(port) for port in run_python(SOME_PORTS).stdout.split()}

    assert mine
    assert others
    assert not mine & others
