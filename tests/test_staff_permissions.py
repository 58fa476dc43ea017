"""Which role may open which page of the admin and run which action.

Pages and actions are taken from the admin itself; who may is written in staff_permissions.txt,
a line for each. Every page is requested and every action sent for every caller, and whoever is
refused must have written nothing. docs/staff_permissions.md shows what was measured:
UPDATE_DOCS=1 pytest tests/test_staff_permissions.py writes it.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext
from zeal import zeal_ignore

from apps.users.backends import UsernameOrMobileBackend
from utils.admin.base import ShopModelAdmin, actions_of

from .staff_rows import CALLERS, callers_make, client_of, rows_of_every_kind

EXPECTED = Path(__file__).parent / "staff_permissions.txt"
DOCUMENT = Path(__file__).parent.parent / "docs" / "staff_permissions.md"

STANDARD = ("changelist", "add", "change", "delete", "history")


@dataclass(frozen=True)
class Row:
    """One line of the table; its requests must agree on who is allowed."""

    page: str
    what: str
    requests: tuple[tuple[str, str], ...]  # method, path
    form: dict[str, Any] = field(default_factory=dict, hash=False)


def test_every_page_has_the_shops_base() -> None:
    """It refuses actions without a permission, and answers nonsense without an error 500."""
    assert [type(a).__name__ for a in admin.site._registry.values()
            if not isinstance(a, ShopModelAdmin)] == []  # fmt: skip


def test_an_action_without_a_permission_stops_the_start() -> None:
    class CarelessAdmin(ShopModelAdmin):
        actions = ("careless",)

        def careless(self, request: Any, queryset: Any) -> None: ...

    model = next(iter(admin.site._registry))
    (error,) = CarelessAdmin(model, admin.site).check()
    assert (error.id, "'careless'" in error.msg) == ("shop_admin.E001", True)


class RememberingBackend(UsernameOrMobileBackend):
    """Reads the permissions of an account once: nothing that the table's requests do stays."""

    read: ClassVar[dict[int, set[str]]] = {}

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if user_obj.pk not in self.read:
            self.read[user_obj.pk] = super().get_all_permissions(user_obj)
        return self.read[user_obj.pk]


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.django_db
def test_the_table(plain_admin: None, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    # Most of the time otherwise: a trace for every refusal, and pages that nobody reads.
    caplog.set_level(logging.CRITICAL, logger="django.request")
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.RememberingBackend"]
    RememberingBackend.read.clear()
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.unrendered.UnrenderedMiddleware"]
    with zeal_ignore():  # the row that is shown and the rows that are listed
        measured = measure()
    found = [
        f"{row.page} {row.what} | {' '.join(allowed)}".strip() for row, allowed in measured.items()
    ]
    expected = [
        line for line in EXPECTED.read_text().splitlines() if line and not line.startswith("#")
    ]
    print("\n".join(found))  # noqa: T201  (what a failure shows, to be judged and copied)
    assert [line for line in found if line not in expected] == []
    assert [line for line in expected if line not in found] == []

    table = table_of(measured)
    if os.environ.get("UPDATE_DOCS") == "1":
        DOCUMENT.write_text(table)
    assert DOCUMENT.read_text() == table


def measure() -> dict[Row, list[str]]:
    """Return who is allowed, for every row of the table."""
    accounts = callers_make()
    clients = {caller: client_of(accounts.get(caller)) for caller in CALLERS}
    table = list(rows_of_the_table(rows_of_every_kind()))
    return {
        row: [caller for caller in CALLERS if is_allowed(clients[caller], row)] for row in table
    }


def rows_of_the_table(rows: dict[type[Model], Model]) -> Iterator[Row]:
    for name in ("index", "password_change", "jsi18n"):
        yield Row("admin", name, (("GET", reverse(f"admin:{name}")),))
    for label in sorted({model._meta.app_label for model in rows}):
        yield Row("admin", f"{label}/", (("GET", reverse("admin:app_list", args=[label])),))
    yield Row("editor", "picture upload", (("POST", reverse("ck_editor_5_upload_file")),))
    for model in sorted(rows, key=lambda model: model._meta.label_lower):
        yield from rows_of_a_page(admin.site._registry[model], rows[model])


def rows_of_a_page(page: ModelAdmin, row: Model) -> Iterator[Row]:
    opts = page.opts
    label = opts.label_lower

    def url(name: str, *args: Any) -> str:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)

    both = ("GET", "POST")
    yield Row(label, "list", (("GET", url("changelist")),))
    yield Row(label, "open", (("GET", url("change", row.pk)),))
    yield Row(label, "history", (("GET", url("history", row.pk)),))
    yield Row(label, "add", tuple((method, url("add")) for method in both))
    yield Row(label, "save", (("POST", url("change", row.pk)),))
    yield Row(label, "delete", tuple((method, url("delete", row.pk)) for method in both),
              {"post": "yes"})  # fmt: skip
    for pattern in page.get_urls():
        if pattern.name in (None, *(f"{opts.app_label}_{opts.model_name}_{n}" for n in STANDARD)):
            continue
        path = reverse(f"admin:{pattern.name}", args=[row.pk] * len(pattern.pattern.converters))
        yield Row(label, f"page {pattern.pattern}", tuple((method, path) for method in both))
    for name in page.autocomplete_fields:
        query = f"app_label={opts.app_label}&model_name={opts.model_name}&field_name={name}"
        yield Row(label, f"autocomplete {name}", (("GET", f"/admin/autocomplete/?{query}"),))
    for _function, name in sorted(actions_of(page), key=lambda action: action[1]):
        form = {"action": name, "_selected_action": [row.pk]}
        yield Row(label, f"action {name}", (("POST", url("changelist")),), form)


def is_allowed(client: Client, row: Row) -> bool:
    answers = {
        answer for method, path in row.requests
        if (answer := measured_answer(client, method, path, row)) is not None
    }  # fmt: skip
    assert len(answers) == 1, f"{row.page} {row.what}: GET and POST differ"
    return answers.pop()


def measured_answer(client: Client, method: str, path: str, row: Row) -> bool | None:
    """Send a request, undo it, and return whether it was allowed; None: no such method."""
    client.cookies.pop("messages", None)  # those of the request before
    connection.queries_log.clear()  # Django keeps 9000 queries, and warns that it forgets more
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        response = getattr(client, method.lower())(path, row.form if method == "POST" else None)
        transaction.set_rollback(True)
    if response.status_code == 405:
        return None
    allowed = was_carried_out(response, method, is_action="action" in row.form)
    if not allowed:
        written = [
            query["sql"] for query in queries.captured_queries
            if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
            and "django_session" not in query["sql"]
        ]  # fmt: skip
        assert written == [], f"{row.page} {row.what}: refused, and yet written"
    return allowed


def was_carried_out(response: Any, method: str, *, is_action: bool) -> bool:
    if response.status_code in (403, 404):
        return False
    assert response.status_code in (200, 302, 400), response.status_code
    if method == "GET":
        return response.status_code == 200
    if response.status_code == 302 and response.headers["Location"].startswith("/admin/login/"):
        return False
    if is_action:
        told = [str(message) for message in get_messages(response.wsgi_request)]
        # A page without any action for this caller shows its list again.
        is_list = "cl" in (getattr(response, "context_data", None) or {})
        return gettext("No action selected.") not in told and not is_list
    return True


def table_of(measured: dict[Row, list[str]]) -> str:
    lines = [
        "# Which member of staff may do what",
        "",
        "Written by `UPDATE_DOCS=1 pytest tests/test_staff_permissions.py`, which requests every",
        "page and sends every action of the admin for every role; a refused role was seen to",
        "write nothing. `staff` is somebody with staff status and without any role. What the roles",
        "are for: [administration.md](administration.md).",
    ]  # fmt: skip
    page = None
    for row, allowed in measured.items():
        if row.page != page:
            page = row.page
            lines += ["", f"## {page}", "", f"| | {' | '.join(CALLERS)} |",
                      "|---" * (len(CALLERS) + 1) + "|"]  # fmt: skip
        marks = ("yes" if caller in allowed else "–" for caller in CALLERS)
        lines.append(f"| `{row.what}` | {' | '.join(marks)} |")
    return "\n".join(lines) + "\n"
