"""Who may do what: every verb on every path, for every kind of caller.

The statuses below are the rule; each is measured, and whatever is refused must have
changed nothing. docs/permissions.md shows the rule: UPDATE_DOCS=1 pytest tests/test_permissions.py
writes the page. An app adds its paths as one more Section.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from apps.goods.tests.factories import make_category, make_goods
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.services.payments import payment_confirm
from apps.trade.services.refund_pictures import PictureFiles
from apps.trade.services.refund_requests import Wish, refund_request_open
from apps.user_operation.services.addresses import address_add
from apps.user_operation.services.favourites import favourite_add
from apps.user_operation.services.messages import Attachment, message_leave
from apps.users.models import PasswordBudget, PasswordTry, UserProfile
from tests.rollback import undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gateway")]

DOCUMENT = Path(__file__).parent.parent / "docs" / "permissions.md"

ROLES = ("anonymous", "owner", "other buyer", "staff")
Statuses = tuple[int, int, int, int]  # in the order of ROLES

# Whose thing it is does not matter to a path that names nobody's.
LOGGED_IN: Callable[[int], Statuses] = lambda status: (401, status, status, status)  # noqa: E731
OWNER_ONLY: Callable[[int], Statuses] = lambda status: (401, status, 404, 404)  # noqa: E731


@dataclass(frozen=True)
class Call:
    method: str
    path: str  # {goods} and the like are filled from what the section made
    statuses: Statuses
    body: dict[str, Any] | None = None
    refused: str = ""  # the field that a refusal may name


@dataclass(frozen=True)
class Section:
    title: str
    make: Callable[[UserProfile], dict[str, int]]  # the owner's things, and what to ask for
    calls: list[Call]


def make_favourite(owner: UserProfile) -> dict[str, int]:
    kept, new = (make_goods(make_category()) for _ in range(2))
    favourite_add(user_id=owner.pk, goods_id=kept.pk)
    return {"goods": kept.pk, "new goods": new.pk}


def make_message(owner: UserProfile) -> dict[str, int]:
    file = Attachment(SimpleUploadedFile("a.txt", b"hello"), "a.txt", ".txt")
    return {
        "message": message_leave(
            user_id=owner.pk, message_type=1, subject="a", message="b", attachment=file
        ).pk
    }


ADDRESS = {"address": "街", "signer_name": "某", "signer_mobile": "13800000001"}


def make_address(owner: UserProfile) -> dict[str, int]:
    return {"address": address_add(user_id=owner.pk, fields=ADDRESS).pk}


def make_cart(owner: UserProfile) -> dict[str, int]:
    kept, new = (make_goods(make_category(), stock=5) for _ in range(2))
    cart_add(user_id=owner.pk, goods_id=kept.pk, nums=1)
    return {"goods": kept.pk, "new goods": new.pk}


DESTINATION = {"address": "街", "signer_name": "某", "singer_mobile": "13800000001"}


def make_order(owner: UserProfile) -> dict[str, int]:
    cart = make_cart(owner)
    order = order_create(user_id=owner.pk, destination=Destination(**DESTINATION))
    make_cart(owner)
    return {"order": order.pk, "goods": cart["goods"]}


def make_request(owner: UserProfile) -> dict[str, int]:
    """Two paid orders; the owner asks for money back for one."""
    orders = []
    for _ in range(2):
        make_cart(owner)
        order = order_create(user_id=owner.pk, destination=Destination(**DESTINATION))
        payment_confirm(order_id=order.pk, trade_no=f"trade{order.pk}", amount=order.order_mount,
                        paid_at=timezone.now())  # fmt: skip
        orders.append(order.pk)
    wish = Wish(reason="wrong", amount=None, description="")
    made = refund_request_open(
        user_id=owner.pk, order_id=orders[0], wish=wish, files=PictureFiles()
    )
    return {"order": orders[0], "other order": orders[1], "refund": made.pk, "goods": 0}


def make_account(owner: UserProfile) -> dict[str, int]:
    """With mobile and password, as one that registered; staff's password is another."""
    owner.mobile = owner.username
    owner.set_password(PASSWORD)
    owner.save()
    return {}


PASSWORD, NEW_PASSWORD = "xiaoman-2026", "another-one-2027"
# Whoever it is, it is the caller: nobody can ask for somebody else.
CHANGE = {"old_password": PASSWORD, "password": NEW_PASSWORD}

SECTIONS = [
    Section("The caller's account", make_account, [
        Call("GET", "/users/", LOGGED_IN(200)),
        Call("PUT", "/users/", LOGGED_IN(405), {"name": "x"}),
        Call("PATCH", "/users/", LOGGED_IN(405), {"name": "x"}),
        Call("DELETE", "/users/", LOGGED_IN(405)),
        Call("GET", "/users/1/", LOGGED_IN(200)),
        Call("POST", "/users/1/", (405, 405, 405, 405), {"name": "x"}),
        Call("PUT", "/users/1/", LOGGED_IN(200), {"name": "x"}),
        Call("PATCH", "/users/1/", LOGGED_IN(200), {"name": "x"}),
        # A code is needed; staff are refused with one, too (tests/test_account_closing.py).
        Call("DELETE", "/users/1/", LOGGED_IN(400), refused="code"),
        Call("GET", "/logout/", LOGGED_IN(405)),
        Call("POST", "/logout/", LOGGED_IN(204)),
        Call("GET", "/password/change/", LOGGED_IN(405)),
        Call("POST", "/password/change/", (401, 200, 200, 400), CHANGE, refused="old_password"),
    ]),
    Section("Favourites", make_favourite, [
        Call("GET", "/userfavs/", LOGGED_IN(200)),
        Call("POST", "/userfavs/", LOGGED_IN(201), {"goods": "{new goods}"}),
        Call("PUT", "/userfavs/", LOGGED_IN(405), {"goods": "{goods}"}),
        Call("PATCH", "/userfavs/", LOGGED_IN(405), {"goods": "{goods}"}),
        Call("DELETE", "/userfavs/", LOGGED_IN(405)),
        Call("GET", "/userfavs/{goods}/", OWNER_ONLY(200)),
        Call("POST", "/userfavs/{goods}/", LOGGED_IN(405), {"goods": "{goods}"}),
        Call("PUT", "/userfavs/{goods}/", LOGGED_IN(405), {"goods": "{goods}"}),
        Call("PATCH", "/userfavs/{goods}/", LOGGED_IN(405), {"goods": "{goods}"}),
        Call("DELETE", "/userfavs/{goods}/", OWNER_ONLY(204)),
    ]),
    Section("Messages", make_message, [
        Call("GET", "/messages/", LOGGED_IN(200)),
        Call("POST", "/messages/", LOGGED_IN(201), {"subject": "a", "message": "b"}),
        Call("PUT", "/messages/", LOGGED_IN(405), {"subject": "x"}),
        Call("PATCH", "/messages/", LOGGED_IN(405), {"subject": "x"}),
        Call("DELETE", "/messages/", LOGGED_IN(405)),
        Call("GET", "/messages/{message}/", OWNER_ONLY(200)),
        Call("POST", "/messages/{message}/", LOGGED_IN(405), {"subject": "x"}),
        Call("PUT", "/messages/{message}/", LOGGED_IN(405), {"subject": "x"}),
        Call("PATCH", "/messages/{message}/", LOGGED_IN(405), {"reply": "x"}),
        Call("DELETE", "/messages/{message}/", OWNER_ONLY(204)),
    ]),
    Section("Addresses", make_address, [
        Call("GET", "/address/", LOGGED_IN(200)),
        Call("POST", "/address/", LOGGED_IN(201), ADDRESS),
        Call("PUT", "/address/", LOGGED_IN(405), ADDRESS),
        Call("PATCH", "/address/", LOGGED_IN(405), ADDRESS),
        Call("DELETE", "/address/", LOGGED_IN(405)),
        Call("GET", "/address/{address}/", OWNER_ONLY(200)),
        Call("POST", "/address/{address}/", LOGGED_IN(405), ADDRESS),
        Call("PUT", "/address/{address}/", OWNER_ONLY(200), {"city": "上海"}),
        Call("PATCH", "/address/{address}/", OWNER_ONLY(200), {"city": "上海"}),
        Call("DELETE", "/address/{address}/", OWNER_ONLY(204)),
    ]),
    Section("Cart", make_cart, [
        Call("GET", "/shopcarts/", LOGGED_IN(200)),
        Call("POST", "/shopcarts/", LOGGED_IN(201), {"goods": "{new goods}", "nums": 1}),
        Call("PUT", "/shopcarts/", LOGGED_IN(405), {"nums": 2}),
        Call("PATCH", "/shopcarts/", LOGGED_IN(405), {"nums": 2}),
        Call("DELETE", "/shopcarts/", LOGGED_IN(405)),
        Call("GET", "/shopcarts/{goods}/", OWNER_ONLY(200)),
        Call("POST", "/shopcarts/{goods}/", LOGGED_IN(405), {"nums": 2}),
        Call("PUT", "/shopcarts/{goods}/", OWNER_ONLY(200), {"nums": 2}),
        Call("PATCH", "/shopcarts/{goods}/", OWNER_ONLY(200), {"nums": 2}),
        Call("DELETE", "/shopcarts/{goods}/", OWNER_ONLY(204)),
    ]),
    Section("Orders", make_order, [
        Call("GET", "/orders/", LOGGED_IN(200)),
        # Staff's cart is empty.
        Call("POST", "/orders/", (401, 201, 201, 400), DESTINATION),
        Call("POST", "/orders/preview/", LOGGED_IN(200), {}),
        Call("GET", "/orders/preview/", LOGGED_IN(405)),
        Call("PUT", "/orders/", LOGGED_IN(405), DESTINATION),
        Call("PATCH", "/orders/", LOGGED_IN(405), DESTINATION),
        Call("DELETE", "/orders/", LOGGED_IN(405)),
        Call("GET", "/orders/{order}/", OWNER_ONLY(200)),
        Call("POST", "/orders/{order}/", LOGGED_IN(405), {"pay_status": "TRADE_SUCCESS"}),
        Call("PUT", "/orders/{order}/", LOGGED_IN(405), {"pay_status": "TRADE_SUCCESS"}),
        Call("PATCH", "/orders/{order}/", LOGGED_IN(405), {"order_mount": 0.01}),
        Call("DELETE", "/orders/{order}/", OWNER_ONLY(204)),
        Call("GET", "/orders/counts/", LOGGED_IN(200)),
        Call("POST", "/orders/counts/", LOGGED_IN(405)),
        Call("PUT", "/orders/counts/", LOGGED_IN(405)),
        Call("PATCH", "/orders/counts/", LOGGED_IN(405)),
        Call("DELETE", "/orders/counts/", LOGGED_IN(405)),
        Call("GET", "/orders/{order}/cancel/", LOGGED_IN(405)),
        Call("POST", "/orders/{order}/cancel/", OWNER_ONLY(200), {"reason": "x"}),
        Call("PUT", "/orders/{order}/cancel/", LOGGED_IN(405)),
        Call("PATCH", "/orders/{order}/cancel/", LOGGED_IN(405)),
        Call("DELETE", "/orders/{order}/cancel/", LOGGED_IN(405)),
        Call("GET", "/orders/{order}/confirm/", LOGGED_IN(405)),
        # Not shipped yet.
        Call("POST", "/orders/{order}/confirm/", OWNER_ONLY(400), refused="detail"),
        Call("PUT", "/orders/{order}/confirm/", LOGGED_IN(405)),
        Call("PATCH", "/orders/{order}/confirm/", LOGGED_IN(405)),
        Call("DELETE", "/orders/{order}/confirm/", LOGGED_IN(405)),
    ]),
    Section("Refund requests", make_request, [
        Call("GET", "/orders/{order}/refunds/", OWNER_ONLY(200)),
        Call("POST", "/orders/{order}/refunds/", OWNER_ONLY(400), {"reason": "wrong"}),
        Call("POST", "/orders/{other order}/refunds/", OWNER_ONLY(201), {"reason": "wrong"}),
        Call("PUT", "/orders/{order}/refunds/", LOGGED_IN(405), {"reason": "wrong"}),
        Call("DELETE", "/orders/{order}/refunds/", LOGGED_IN(405)),
        Call("GET", "/refunds/", LOGGED_IN(200)),
        Call("POST", "/refunds/", LOGGED_IN(405), {"reason": "wrong"}),
        Call("GET", "/refunds/{refund}/", OWNER_ONLY(200)),
        Call("PATCH", "/refunds/{refund}/", LOGGED_IN(405), {"state": "done"}),
        Call("DELETE", "/refunds/{refund}/", LOGGED_IN(405)),
        Call("GET", "/refunds/{refund}/withdraw/", LOGGED_IN(405)),
        Call("POST", "/refunds/{refund}/withdraw/", OWNER_ONLY(200)),
    ]),
]  # fmt: skip


class World:
    """The owner's things, and somebody of each role."""

    def __init__(self, section: Section, media_root: Path) -> None:
        self.media_root = media_root
        users = UserProfile.objects
        self.users = {
            "owner": users.create_user("13800000001"),
            "other buyer": users.create_user("13800000002"),
            "staff": users.create_superuser("boss"),
        }
        self.things = section.make(self.users["owner"])
        section.make(self.users["other buyer"])
        self.before, self.files_before = self.rows(), self.files()
        self.has_written = False

    def note_writing(self, execute: Any, sql: str, *args: Any) -> Any:
        """See each statement on its way to the database."""
        self.has_written |= not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT"))
        return execute(sql, *args)

    def files(self) -> list[str]:
        return sorted(str(path) for path in self.media_root.rglob("*"))

    def rows(self) -> dict[str, Any]:
        """Every row of every app of ours, but for log-in times."""
        rows = {
            model._meta.label: list(model._default_manager.order_by("pk").values())
            for config in apps.get_app_configs()
            if config.name.startswith("apps.")
            for model in config.get_models()
            # A wrong password counts, whatever else is refused.
            if model not in (PasswordBudget, PasswordTry) and not model._meta.proxy
        }
        for user in rows["users.UserProfile"]:
            del user["last_login"]
        return rows

    def measure(self, role: str, call: Call) -> int:
        """Make the call, undo it and return its status; what is refused must change nothing."""
        client = APIClient()
        with undone():
            if role in self.users:
                client.force_login(self.users[role])
            body = {
                key: value.format_map(self.things) if isinstance(value, str) else value
                for key, value in (call.body or {}).items()
            }
            path = call.path.format_map(self.things)
            self.has_written = False
            with connection.execute_wrapper(self.note_writing):
                response = client.generic(call.method, path, *self._encoded(client, body))
            if response.status_code >= 400:
                # Thirty tables are read where something was written alone.
                if self.has_written:
                    assert self.rows() == self.before, f"{role}: {call.method} {path}"
                assert self.files() == self.files_before, f"{role}: {call.method} {path}"
                assert list(response.json()) in (["detail"], ["non_field_errors"], [call.refused])
            if response.status_code == 401:
                assert response.headers["WWW-Authenticate"] == 'JWT realm="api"'
            if call.method == "GET" and response.status_code == 200 and role != "owner":
                self._assert_nothing_of_the_owner(response.json())
        return response.status_code

    @staticmethod
    def _encoded(client: APIClient, body: dict[str, Any]) -> tuple[Any, Any]:
        data, content_type = client._encode_data(body, format="json") if body else ("", "")
        return data, content_type

    def _assert_nothing_of_the_owner(self, rows: Any) -> None:
        for row in rows if isinstance(rows, list) else [rows]:
            if isinstance(row.get("goods"), int | list):
                continue
            goods = row.get("goods")
            for thing in ("message", "address", "order", "refund"):
                assert row.get("id") != self.things.get(thing, 0)
            assert goods is None or goods["id"] != self.things["goods"]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_permissions(section: Section, media_root: Path) -> None:
    world = World(section, media_root)
    for call in section.calls:
        measured = tuple(world.measure(role, call) for role in ROLES)
        assert measured == call.statuses, f"{call.method} {call.path}, as {ROLES}"


def test_the_table_in_the_documentation() -> None:
    lines = [
        "# Who may do what",
        "",
        "Written by `UPDATE_DOCS=1 pytest tests/test_permissions.py`, which measures every status;",
        "whatever is refused was seen to change nothing. `{…}` is a thing of the owner. Staff are",
        "buyers like others here: what they may do to others' things, they do in the admin.",
    ]
    for section in SECTIONS:
        head = " | ".join(["request", *ROLES])
        lines += ["", f"## {section.title}", "", f"| {head} |", "|---" * 5 + "|"]
        for call in section.calls:
            statuses = [str(status) for status in call.statuses]
            lines.append(f"| `{call.method} {call.path}` | {' | '.join(statuses)} |")
    table = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_DOCS") == "1":
        DOCUMENT.write_text(table)
    assert DOCUMENT.read_text() == table


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_what_does_not_exist_looks_like_what_is_somebody_elses(
    section: Section, media_root: Path
) -> None:
    world = World(section, media_root)
    theirs = world.things
    for call in section.calls:
        world.things = theirs
        path = call.path.format_map(theirs)
        client = APIClient()
        client.force_login(world.users["other buyer"])
        if "{" not in call.path:
            continue
        nowhere = call.path.format_map(dict.fromkeys(theirs, 10**12))
        data = world._encoded(client, {})
        answers = [client.generic(call.method, where, *data) for where in (path, nowhere)]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].content == answers[1].content
