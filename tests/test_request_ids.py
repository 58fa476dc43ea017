"""The id of a request, in its answer and in every log line; and what log lines look like."""

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from mxshop.jobs import Sweep, sweep_run
from mxshop.log_settings import log_config

ID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
HEX = re.compile(r"[0-9a-f]{32}")

pytestmark = pytest.mark.django_db


@contextmanager
def console(form: str) -> Iterator[io.StringIO]:
    """What the console shows meanwhile, as the settings have it."""
    config = deepcopy(log_config(level="INFO", form=form))  # what reads it takes it apart
    make = logging.config.DictConfigurator(config)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(make.configure_formatter(config["formatters"][form]))
    for name in config["handlers"]["console"]["filters"]:
        handler.addFilter(make.configure_filter(config["filters"][name]))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield written
    finally:
        root.removeHandler(handler)


def test_the_proxys_id_is_taken(client: Client) -> None:
    assert client.get("/healthz/", HTTP_X_REQUEST_ID=ID).headers["X-Request-ID"] == ID


def test_an_id_is_made(client: Client) -> None:
    first, second = (client.get("/healthz/").headers["X-Request-ID"] for _ in range(2))
    assert HEX.fullmatch(first)
    assert HEX.fullmatch(second)
    assert first != second


@pytest.mark.parametrize("sent", ["1", "x" * 32, "0" * 33, ID + "\u2028", "<script>", "a b"])
def test_nonsense_is_replaced(client: Client, sent: str) -> None:
    made = client.get("/healthz/", HTTP_X_REQUEST_ID=sent).headers["X-Request-ID"]
    assert HEX.fullmatch(made)
    assert made != sent


@pytest.mark.parametrize(
    ("path", "status"),
    [("/goods/", 200), ("/goods/9/", 404), ("/orders/", 401), ("/nowhere/", 404), ("/admin/", 302)],
)
def test_every_answer_has_one(client: Client, path: str, status: int) -> None:
    response = client.get(path, HTTP_X_REQUEST_ID=ID)
    assert (response.status_code, response.headers["X-Request-ID"]) == (status, ID)


def test_a_kept_answer_has_the_id_of_its_request(api: APIClient, settings: Any) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 30
    other = ID[::-1]
    assert api.get("/categorys/", HTTP_X_REQUEST_ID=ID).headers["X-Request-ID"] == ID
    assert api.get("/categorys/", HTTP_X_REQUEST_ID=other).headers["X-Request-ID"] == other


def test_pages_of_other_origins_may_read_it(client: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.com"]
    response = client.get("/healthz/", HTTP_ORIGIN="https://www.example.com")
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {name.strip() for name in exposed.split(",")} == {
        "idempotency-replayed", "retry-after", "x-request-id",
    }  # fmt: skip


def failing() -> Any:
    logging.getLogger("apps.trade").error("订单 %s", "20261127")
    raise ZeroDivisionError


@pytest.fixture
def fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    client.raise_request_exception = False
    monkeypatch.setattr("mxshop.pages.health_read", failing)
    monkeypatch.setattr(logging.getLogger("django.request"), "propagate", True)
    return client


def test_lines_name_the_request(fails: Client) -> None:
    with console("line") as written:
        logging.getLogger("apps.trade").error("before")
        fails.get("/readyz/", HTTP_X_REQUEST_ID=ID)
    lines = written.getvalue().splitlines()
    assert lines[0].endswith(" ERROR apps.trade [-] before")
    assert lines[1].endswith(f" ERROR apps.trade [{ID}] 订单 20261127")
    assert lines[2].endswith(f" ERROR django.request [{ID}] Internal Server Error: /readyz/")
    assert lines[-1] == "ZeroDivisionError"


def test_lines_as_json(fails: Client) -> None:
    with console("json") as written:
        fails.get("/readyz/", HTTP_X_REQUEST_ID=ID)
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert "订单" in written.getvalue()
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "level": "ERROR", "logger": "apps.trade", "request_id": ID, "message": "订单 20261127",
    }  # fmt: skip
    assert second["message"] == "Internal Server Error: /readyz/"
    assert second["trace"].splitlines()[-1] == "ZeroDivisionError"
    assert second["request_id"] == ID


def test_all_lines_of_a_sweep_have_one_id() -> None:
    def run() -> dict[str, int]:
        for _ in range(2):
            logging.getLogger("apps.trade").error("closing")
        return {"closed": 1}

    with console("json") as written:
        for _ in range(2):
            sweep_run(Sweep("close_expired_orders", 30, run))
    ids = [json.loads(line)["request_id"] for line in written.getvalue().splitlines()]
    assert len(set(ids)) == 2
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert all(HEX.fullmatch(text) for text in ids)
