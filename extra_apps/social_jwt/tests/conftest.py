from collections.abc import Iterator
from typing import Any

import pytest

from tests.http_server import http_server

from .providers import NAMES, Person, Providers


@pytest.fixture
def providers(settings: Any) -> Iterator[Providers]:
    """The three providers, running; 小满 sits at the browser."""
    for name in NAMES:
        setattr(settings, f"SOCIAL_AUTH_{name.upper()}_KEY", f"{name}-key")
        setattr(settings, f"SOCIAL_AUTH_{name.upper()}_SECRET", f"{name}-secret")
    settings.SOCIAL_AUTH_REQUESTS_TIMEOUT = 1
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    providers = Providers(Person("1404376560", "小满"))
    with http_server(providers) as origin:
        settings.SOCIAL_AUTH_ORIGIN = origin
        yield providers
