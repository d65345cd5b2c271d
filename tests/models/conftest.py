"""What the tests of the store share."""

from __future__ import annotations

import pytest

from auth.rules.sign_in import SignedIn
from tests.rules import Rules


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, signed in; what that had to tell has been told."""
    done = await rules.sign_up()
    await rules.changes()
    return done
