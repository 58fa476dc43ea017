"""A payment notice, signed as Alipay signs it, through nginx."""

import base64
import json
import subprocess
from urllib.parse import parse_qs, urlencode, urlsplit

from .stack import DOMAIN, Shop, ask, expect

# Run in the shop: a buyer with an order that is not paid.
AN_ORDER = """
import json
from apps.goods.models import Goods
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.users.models import UserProfile
from apps.users.tokens import token_make
buyer = UserProfile.objects.create_user("13900000001")
cart_add(user_id=buyer.pk, goods_id=Goods.objects.filter(goods_num__gte=2).first().pk, nums=2)
order = order_create(user_id=buyer.pk, destination=Destination("street", "name", "13900000001"))
print(json.dumps([order.pk, order.order_sn, str(order.order_mount), token_make(buyer)]))
"""


def check(shop: Shop) -> None:
    """Pay an order as Alipay would: its key is ours here, its notice comes through nginx."""
    order_id, order_sn, total, token = json.loads(shop.manage("shell", "-v0", "-c", AN_ORDER))

    def order() -> dict[str, str]:
        _, body = shop.get(f"/orders/{order_id}/", Authorization=f"JWT {token}")
        found: dict[str, str] = json.loads(body)
        return found

    def notify(params: dict[str, str]) -> tuple[int, bytes]:
        form = {"Host": DOMAIN, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(params).encode()
        response, text = ask(shop.connect(), "POST", "/alipay/notify/", form, body)
        return response.status, text

    link = parse_qs(urlsplit(order()["alipay_url"] or "").query)
    expect("an order leads to Alipay, and back to us", order()["alipay_url"].startswith(
        "https://openapi.alipay.com/gateway.do?"
    ) and link["notify_url"] == [f"https://{DOMAIN}/alipay/notify/"], link)  # fmt: skip
    notice = signed_by_alipay(shop, {
        "app_id": shop.environment["ALIPAY_APP_ID"],
        "seller_id": shop.environment["ALIPAY_SELLER_ID"],
        "notify_id": "1", "trade_no": "2026000000000000000000000001", "out_trade_no": order_sn,
        "trade_status": "TRADE_SUCCESS", "total_amount": total, "subject": "订单", "body": "",
        "gmt_payment": "2026-11-23 10:00:00",
    })  # fmt: skip
    forged = notify({**notice, "total_amount": "0.01"})
    expect("a forged notice is answered 400 failure", forged == (400, b"failure"), forged)
    expect("... and pays nothing", order()["pay_status"] == "paying", order())
    for which_one in ("a signed one", "... its repeat"):
        answer = notify(notice)
        expect(f"{which_one} is answered success", answer == (200, b"success"), answer)
    expect("... and the order is paid", order()["pay_status"] == "TRADE_SUCCESS", order())
    response, _ = shop.get("/alipay-sandbox/")
    expect("there is no local gateway", response.status == 404, response.status)


def signed_by_alipay(shop: Shop, params: dict[str, str]) -> dict[str, str]:
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", shop.folder / "gateway.pem"],
        check=True, capture_output=True, input=text.encode(),
    ).stdout  # fmt: skip
    return {**params, "sign": base64.b64encode(signature).decode(), "sign_type": "RSA2"}
