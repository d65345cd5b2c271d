"""What the tests of attacks share: the front door of a house, and a browser."""

from __future__ import annotations

from tests.auth import conftest as of_the_rules
from tests.browser import conftest as of_browsers

api = of_the_rules.api
browser = of_browsers.browser
device = of_browsers.device
new_server = of_browsers.new_server
own_server = of_browsers.own_server
shared_server = of_browsers.shared_server
