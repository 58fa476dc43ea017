"""A shop that meets misfortunes and tells Sentry of them: ``python -m tests.sentry_shop``.

A process of its own, because Sentry's SDK changes the one that it is started in. The secrets
are planted by test_sentry.py, which reads what was sent: PLANTED is their JSON by name. With
the argument ``plain`` Sentry is started as its documentation shows it, without our scrubbing.
"""

import http.client
import json
import logging
import os
import sys
import threading
import urllib.request
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import sentry_sdk

PLANTED: dict[str, str] = json.loads(os.environ.pop("PLANTED"))
DSN, PLAIN = os.environ["DSN"], sys.argv[1:] == ["plain"]


class Silent(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def main() -> None:
    if PLAIN:
        sentry_sdk.init(dsn=DSN, traces_sample_rate=1.0, send_default_pii=False)
    else:
        os.environ |= {"SENTRY_DSN": DSN, "SENTRY_TRACES_SAMPLE_RATE": "1"}
    django.setup()
    break_views()
    from mxshop.wsgi import application

    server = make_server("127.0.0.1", 0, application, handler_class=Silent)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    visit(server.server_port)
    fail_in_the_background()
    server.shutdown()
    sentry_sdk.flush(20)


def break_views() -> None:
    from django.contrib.admin.sites import AdminSite
    from django.db import IntegrityError

    from apps.goods import views
    from apps.trade.views import orders as trade
    from apps.users import tokens
    from apps.users.models import UserProfile
    from apps.users.services import accounts
    from apps.users.views import login, passwords
    from utils.db import gate

    gate.PATIENCE_SECONDS = 0.0  # nobody waits for a database that stays away

    def broken_page(self: object, request: object, *args: object) -> None:
        password, sessionid = PLANTED["password"], PLANTED["session"]
        raise RuntimeError(f"no log-in with {password} in {sessionid}")

    def broken_read() -> None:
        address = PLANTED["latin address"]
        try:
            raise IntegrityError(1062, f"Duplicate entry '{PLANTED['mobile']}' for key 'mobile'")
        except IntegrityError as error:
            raise RuntimeError(f"{PLANTED['recipient']} in {address}: {error}") from error

    def broken_write(*args: object, **data: object) -> None:
        raise RuntimeError("the write failed")

    # The database is away: who is logged in is known without it, so that the views are reached.
    users_found = iter([UserProfile(pk=7, username="buyer")])

    def found_once(self: object, token: object) -> UserProfile:
        return next(users_found)  # the second time, StopIteration: an error like any other

    tokens._Authentication.get_user = found_once  # type: ignore[method-assign]
    login.authenticate = accounts.mobile_is_taken = broken_write  # type: ignore[assignment]
    passwords.account_of_mobile = trade.order_create = broken_write  # type: ignore[assignment]
    AdminSite.login = broken_page  # type: ignore[method-assign]
    views.index_categories = broken_read  # type: ignore[assignment]


def visit(port: int) -> None:
    """Send secrets to views that fail, and to some that meet the outage of the database."""
    from apps.users.models import UserProfile
    from apps.users.tokens import token_make

    token = token_make(UserProfile(pk=7, username="buyer", password="x"))
    header = {"Authorization": f"JWT {token}"}
    # The signature alone, which nobody else has.
    sys.stdout.write(json.dumps({"token": token.rpartition(".")[2]}))
    person = {name: PLANTED[name] for name in ("address", "password", "mobile", "code")}
    order = {"signer_name": PLANTED["recipient"], "singer_mobile": PLANTED["mobile"]}
    cookie = f"sessionid={PLANTED['session']}; csrftoken={'a' * 32}"
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    for method, path, headers, body in (
        ("POST", "/login/", {}, {"username": person["mobile"], "password": person["password"]}),
        ("POST", "/users/", {}, {**person, "username": person["mobile"], "code": "2718"}),
        ("POST", "/password/reset/", {}, person),
        ("POST", "/orders/", header, {**order, "address": person["address"]}),
        ("POST", "/messages/", header, {"subject": person["address"], "message": "x"}),
        ("GET", f"/indexgoods/?{urlencode(person)}", {**header, "Cookie": cookie}, {}),
        ("GET", "/admin/", {"Cookie": cookie}, {}),
        ("POST", "/admin/login/", form, {**person, "csrfmiddlewaretoken": "a" * 32}),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        content = urlencode(body) if headers is form else json.dumps(body)
        sent = {"Host": "shop.example.com", "Content-Type": "application/json", **headers}
        connection.request(method, path, body=content, headers=sent)
        connection.getresponse().read()
        connection.close()


def fail_in_the_background() -> None:
    from django.conf import settings

    from apps.trade.services.closing import orders_close_expired
    from mxshop.jobs import Sweep, sweep_run

    logger = logging.getLogger("shop")

    def run() -> dict[str, int]:
        key, database = settings.ALIPAY_PRIVATE_KEY, settings.DATABASES
        secret_key = settings.SECRET_KEY
        # What the jobs left behind on their way is sent along.
        logger.info("a code for %s: %s", PLANTED["mobile"], PLANTED["code"])
        sentry_sdk.add_breadcrumb(
            category="query", message=f"SELECT 1 WHERE name = '{PLANTED['recipient']}'"
        )
        query = urlencode({"out_trade_no": "1", "sign": PLANTED["sign"]})
        urllib.request.urlopen(f"{os.environ['GATEWAY']}/gateway.do?{query}").read()
        raise ValueError(
            f"mysql://shop:{database['default']['PASSWORD']}@db/shop {key} {secret_key} "
            f"{os.environ['GATEWAY']}/gateway.do?{query}"
        )

    sweep_run(Sweep("broken", 30, run))
    # An outage in the background: the frames hold the database's password.
    sweep_run(Sweep("outage", 30, orders_close_expired))
    try:
        raise KeyError(PLANTED["code"])
    except KeyError:
        person = {"signer_name": PLANTED["recipient"], "where": {"address": PLANTED["address"]}}
        logger.exception(
            "order %s of %s to %s", "20261123105519089841", PLANTED["recipient"],
            PLANTED["latin address"], extra={"person": person, "code": PLANTED["code"]},
        )  # fmt: skip


if __name__ == "__main__":
    main()
