from collections.abc import Iterator

import pytest

from tests.http_server import http_server

from .merchant import Merchant


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    """A merchant whose server runs, on a real socket."""
    merchant = Merchant()
    with http_server(merchant) as origin:
        merchant.origin = origin
        yield merchant
