"""Tests; README.md beside this file says what is where."""

import pytest

# So that what they share says, too, which values were compared.
pytest.register_assert_rewrite(*(f'tests.{part}' for part in (
    'auth', 'browser', 'databases', 'deploy', 'faults', 'models', 'postgres', 'rules', 'security', 'sockets')))
