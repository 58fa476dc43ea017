"""What a front-end developer reads before the first request (Markdown)."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

_PARTS: tuple[Any, ...] = (
    _("The API of the shop: catalogue, accounts, cart, orders and payments."),
    _(
        "**Who asks.** `POST /login/` or a registration gives a token, valid for seven days. Send "
        "it as `Authorization: JWT <token>` or `Authorization: Bearer <token>`; "
        "`POST /api-token-refresh/` gives a new one. A token that is not good is 401, except on "
        "public requests, which do not look at it. Another buyer's things are 404."
    ),
    _(
        '**Errors.** `{"detail": "text"}`, or at 400 the texts of each field: '
        '`{"mobile": ["text"]}`, with `non_field_errors` for a fault of no single field. Texts '
        "are for people; they are in Chinese, or in English where `Accept-Language` asks for it. "
        "429 and 503 carry `Retry-After`, in seconds. A request that breaks HTTP itself may also "
        "be 405, 406, 413 or 415, with a `detail`; a 500 is a fault of the shop."
    ),
    _(
        "**Amounts and times.** Amounts are numbers in yuan with at most two decimals: add them up "
        "in cents. Times are ISO 8601 with an offset; those of messages and addresses are "
        "`2026-11-23 11:00`, in the shop's zone. Pictures are absolute addresses, or `null`."
    ),
    _(
        "**Lists and pages.** `GET /goods/` is a page: `count`, `next`, `previous`, `results`. "
        "Other lists are bare arrays; orders, refunds, favourites and messages hold the newest "
        "100, and are pages as well once `page` is sent (`page_size` at most 100). A page past "
        "the end is 404."
    ),
    _(
        "**Repeating a request.** Where `Idempotency-Key` is listed, send a value of your own, "
        "such as a UUID, and the same one when you repeat the request: it is carried out once. "
        "409 says that the first is still at work, 422 that the key was used for something else."
    ),
    _(
        "**Bodies and names.** Bodies are described as JSON, or as multipart where a file comes "
        "along; forms are read as well. Other names of the same addresses are left out, so that a "
        "generated client has each operation once: `/code/` is `/codes/`, `/categories/` is "
        "`/categorys/`, and `/api-token-auth/` is `/login/`."
    ),
    _(
        "**Clients.** `openapi-typescript` and `openapi-python-client` make clients from "
        "`/schema/`; both are tried with every change of the shop. `/schema/?lang=en` and "
        "`/schema/?lang=zh-hans` choose the language of this description."
    ),
)

INTRODUCTION: Any = format_lazy("\n\n".join(["{}"] * len(_PARTS)), *_PARTS)
