"""What an answer was made of is gone with it, and does not wait for the garbage collector."""

import gc
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.goods.models import Banner, HotSearchWords
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.tests.addresses import DESTINATION
from apps.trade.tests.notices import FORM, notice_of
from apps.users.tokens import token_make

pytestmark = pytest.mark.django_db

PARTS = (Model, FieldFile, APIView, BaseSerializer, HttpRequest)

JSON = "application/json"
PATHS = (
    "/goods/", "/goods/{goods}/", "/indexgoods/", "/banners/", "/hotsearchs/", "/shopcarts/",
    "/orders/", "/orders/?page=1", "/orders/{order}/", "/userfavs/", "/goods/0/", "/",
    "/healthz/",
)  # fmt: skip


@pytest.fixture
def shop(mine: Any, buyer: Any) -> dict[str, Any]:
    """A buyer with a cart, an order and a favourite; the keys of its goods and order."""
    goods = make_goods(
        make_category(is_tab=True), stock=5, pictures=2, goods_front_image="goods/x.webp"
    )
    for path, body in (
        ("/shopcarts/", {"goods": goods.pk, "nums": 1}), ("/orders/", DESTINATION),
        ("/shopcarts/", {"goods": goods.pk, "nums": 1}), ("/userfavs/", {"goods": goods.pk}),
    ):  # fmt: skip
        answer = mine.post(path, body)
        assert answer.status_code == 201, answer.content
    Banner.objects.create(goods=goods, image="banner/x.webp")
    HotSearchWords.objects.create(keywords="x")
    order = mine.get("/orders/").json()[0]["id"]
    return {"goods": goods.pk, "order": order, "token": token_make(buyer)}


@pytest.fixture
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def application(settings: Any) -> WSGIHandler:
    settings.CATALOGUE_CACHE_SECONDS = 0
    made = WSGIHandler()
    made.load_middleware()
    return made


def ask(
    application: WSGIHandler, path: str, token: str, body: bytes = b"", kind: str = ""
) -> bytes:
    """Ask without Django's test client, which keeps the answer's parts; with a body, POST it."""
    environ: dict[str, Any] = {"PATH_INFO": path.partition("?")[0], "HTTP_HOST": "testserver"}
    environ |= {"QUERY_STRING": path.partition("?")[2], "HTTP_AUTHORIZATION": f"JWT {token}"}
    if body:
        environ |= {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
        }
        environ["wsgi.input"] = io.BytesIO(body)
    setup_testing_defaults(environ)
    # As the test client sees to it: the test's transaction would end with the connection.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        response = application(environ, lambda status, headers, *_: None)
        body = b"".join(response)
        response.close()
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return body


def parts() -> Counter[str]:
    """How many rows, views and lists of shapes there are, by class."""
    types = (type(found) for found in gc.get_objects())
    return Counter(kind.__name__ for kind in types if issubclass(kind, PARTS))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.usefixtures("_no_collector")
def test_nothing_of_an_answer_is_left(application, shop, path):
    path = path.format(**shop)
    for _ in range(2):  # what a process keeps is made
        assert ask(application, path, shop["token"])
    before = parts()
    ask(application, path, shop["token"])
    assert parts() - before == Counter()


@pytest.mark.usefixtures("_no_collector")
def test_nothing_of_what_was_sent_is_left(application, shop, settings):
    """Cart, order, payment: each three times, the last of them counted."""
    settings.ORDER_MAX_UNPAID = 10
    line = json.dumps({"goods": shop["goods"], "nums": 1}).encode()
    left = []
    for _ in range(3):
        before = parts()
        added = json.loads(ask(application, "/shopcarts/", shop["token"], line, JSON))
        left.append(parts() - before)
        before = parts()
        order = json.loads(
            ask(application, "/orders/", shop["token"], json.dumps(DESTINATION).encode(), JSON)
        )
        left.append(parts() - before)
        form = urlencode(notice_of(order, trade_no=f"T{order['id']}")).encode()
        before = parts()
        answer = ask(application, "/alipay/notify/", "", form, FORM)
        left.append(parts() - before)
        assert (added["goods"], order["pay_status"], answer) == (
            shop["goods"],
            "paying",
            b"success",
        )
    assert left[-3:] == [Counter()] * 3
