"""Somebody who closes the account, and what must not be left of them."""

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from apps.trade.models import OrderInfo
from apps.trade.services.refund_pictures import picture_files
from apps.trade.services.refund_requests import (
    Wish,
    refund_request_open,
    refund_request_reject,
    refund_request_withdraw,
)
from apps.user_operation.services.addresses import address_add
from apps.user_operation.services.messages import Attachment, message_leave
from apps.users.models import UserProfile
from apps.users.services.codes import verify_code_send
from apps.users.tokens import token_make
from utils.uploads.picture_uploads import Picture

MOBILE = "13912345678"
PERSON = {"username": MOBILE, "mobile": MOBILE, "name": "林小满", "email": "xiaoman@mail.example"}
HOME = {
    "province": "江苏", "city": "苏州", "district": "姑苏", "address": "平江路 88 号",
    "signer_name": "林收件", "signer_mobile": "13877776666",
}  # fmt: skip
DESTINATION = {"address": "平江路 88 号", "signer_name": "林收件", "singer_mobile": "13877776666"}
# Whatever of the person may stand in a row; none of it is part of anything else in the tests.
TRACES = (
    MOBILE, "林小满", "xiaoman@mail.example", "平江路", "林收件", "13877776666", "想问一下",
    "我的合同", "放门口", "1991-02-03", "an-openid",
)  # fmt: skip


def person() -> UserProfile:
    return UserProfile.objects.create_user(**PERSON, password="xm-2026-xm", birthday="1991-02-03")


def client_of(user: UserProfile) -> APIClient:
    """The user's client, with a token; an error of the server is an answer, too."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"JWT {token_make(user)}")
    return client


def leave_address(user: UserProfile) -> None:
    address_add(user_id=user.pk, fields=HOME)


def leave_message(user: UserProfile) -> None:
    file = Attachment(SimpleUploadedFile("a.txt", "我的合同".encode()), "我的合同.txt", ".txt")
    message_leave(
        user_id=user.pk, message_type=1, subject="想问一下", message="我是林小满", attachment=file
    )


def leave_requests(order: OrderInfo, staff: UserProfile) -> None:
    """Ask for money back twice: with a picture and in vain, and with words and withdrawn."""
    for description, count in (("林小满：坏了", 1), ("平江路", 0)):
        pictures = [Picture(SimpleUploadedFile("a.png", b"x"), ".png", 1)] * count
        wish = Wish(reason="damaged", amount=None, description=description)
        with picture_files(pictures) as files:
            request = refund_request_open(
                user_id=order.user_id, order_id=order.pk, wish=wish, files=files
            )
        if count:
            reply = "林小满您好，已过保质期"
            refund_request_reject(request_id=request.pk, reply=reply, staff_id=staff.pk)
        else:
            refund_request_withdraw(request_id=request.pk)


def closing_code(user: UserProfile) -> str:
    """Have a code sent, and read it like the mobile's owner."""
    assert user.mobile
    verify_code_send(mobile=user.mobile, purpose="close_account", address="203.0.113.9")
    log = Path(settings.VAR_DIR, "sms.log").read_text()
    return re.findall(rf"{user.mobile} .*?是(\d+)，", log)[-1]


def close(client: APIClient, code: str) -> Any:
    return client.delete("/users/1/", {"code": code}, format="json")


def traces() -> set[str]:
    """Return "table.column" wherever something of the person stands, and the files that are left.

    Not looked at: how many codes a mobile had today, which outlives the account by a day.
    """
    found = set()
    for model in apps.get_models():
        if model.__name__ in ("CodeQuota", "Session") or model._meta.app_label == "alipay_sandbox":
            continue
        columns = [field.attname for field in model._meta.concrete_fields]
        for row in model._default_manager.values_list(*columns):
            for column, value in zip(columns, row, strict=True):
                if any(trace in str(value) for trace in TRACES):
                    found.add(f"{model._meta.model_name}.{column}")
    files = Path(settings.MEDIA_ROOT).glob("*/*")
    return found | {path.name for path in files if path.parent.name in ("messages", "refunds")}
