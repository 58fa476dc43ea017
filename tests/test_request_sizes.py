"""How much a request may bring, by where it goes and who may have sent it."""

import pytest
from django.test import RequestFactory

from utils.api.middleware import request_limit

MB = 2**20


@pytest.mark.parametrize(
    ("path", "cookie", "limit"),
    [
        ("/admin/goods/goods/1/change/", "sessionid", 48 * MB),
        ("/ckeditor5/image_upload/", "sessionid", 48 * MB),
        ("/admin/goods/goods/1/change/", "other", 11 * MB),
        ("/messages/", "sessionid", 11 * MB),
        ("/administration/", "sessionid", 11 * MB),
    ],
)
def test_limits(path: str, cookie: str, limit: int) -> None:
    request = RequestFactory().post(path)
    request.COOKIES[cookie] = "x"
    assert request_limit(request) == limit
