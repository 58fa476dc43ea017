"""Where orders of the tests go: written out, and out of the buyer's book."""

from typing import Any

from rest_framework.test import APIClient

DESTINATION = {
    "address": "江苏省苏州市平江路 1 号",
    "signer_name": "小满",
    "singer_mobile": "13800000001",
}


# An address of the book, as a client sends it.
IN_SHENZHEN = {
    "province": "广东省", "city": "深圳市", "district": "南山区", "address": "科技园 1 号",
    "signer_name": "小满", "signer_mobile": "13800000001",
}  # fmt: skip


def add_address(client: APIClient, **changes: Any) -> int:
    """Put an address into the buyer's book; return its id."""
    response = client.post("/address/", {**IN_SHENZHEN, **changes})
    assert response.status_code == 201, response.json()
    address_id: int = response.json()["id"]
    return address_id
