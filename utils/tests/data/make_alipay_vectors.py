"""Makes alipay_vectors.json with python-alipay-sdk, which the shop does not depend on.

    python3 -m venv /tmp/sdk && /tmp/sdk/bin/pip install python-alipay-sdk==3.4.0
    /tmp/sdk/bin/python -m utils.tests.data.make_alipay_vectors

The file has public keys, serial numbers and signatures alone. The private keys belong to the
seeds below and are secret to nobody (utils/tests/alipay_keys.py); RSA2 gives every text one
signature. The certificates are made from the same seeds (utils/tests/alipay_certificates.py).
"""

import json
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl

from utils.tests.alipay_certificates import files_of
from utils.tests.alipay_keys import bare, key_from_seed, private_pem, public_pem

APP_SEED = "MxShop test vectors: the app's key"
ALIPAY_SEED = "MxShop test vectors: Alipay's key"
FILE = Path(__file__).parent / "alipay_vectors.json"

APP_ID = "2021000000000001"
ORDERS = [
    {"out_trade_no": "2026112310000012345678", "total_amount": "312.00", "subject": "MxShop"},
    {"out_trade_no": "2026112310000012345679", "total_amount": "0.01", "subject": "新鲜水果 5斤"},
    {"out_trade_no": "2026112310000012345680", "total_amount": "99999999.99",
     "subject": "牛肉 100% “好” + 葱 ~ * ' () !", "body": "第一行 第二行"},
    {"out_trade_no": "2026112310000012345681", "total_amount": "10.10",
     "subject": '引号" \\ 𠮷 🍎'},
]  # fmt: skip
NOTICE = {
    "gmt_create": "2026-11-23 10:00:00", "charset": "utf-8", "gmt_payment": "2026-11-23 10:00:09",
    "notify_time": "2026-11-23 10:00:10", "subject": "MxShop", "buyer_id": "2088000000000005",
    "invoice_amount": "312.00", "version": "1.0", "notify_id": "2026112300222100010074840500000001",
    "fund_bill_list": '[{"amount":"312.00","fundChannel":"ALIPAYACCOUNT"}]',
    "notify_type": "trade_status_sync", "out_trade_no": "2026112310000012345678",
    "total_amount": "312.00", "trade_status": "TRADE_SUCCESS", "app_id": APP_ID,
    "trade_no": "2026112322001400050500001", "auth_app_id": APP_ID, "receipt_amount": "312.00",
    "point_amount": "0.00",
    "buyer_pay_amount": "312.00", "seller_id": "2088000000000001",
}  # fmt: skip
RETURNED = {
    "charset": "utf-8", "out_trade_no": "2026112310000012345678", "app_id": APP_ID,
    "method": "alipay.trade.page.pay.return", "total_amount": "312.00", "version": "1.0",
    "trade_no": "2026112322001400050500001", "auth_app_id": APP_ID,
    "seller_id": "2088000000000001", "timestamp": "2026-11-23 10:00:11",
}  # fmt: skip
MESSAGES = {
    "notice": NOTICE,
    "notice of a partial refund": {
        **NOTICE, "refund_fee": "12.00", "gmt_refund": "2026-11-23 11:00:00.320",
    },
    "notice with empty values": {**NOTICE, "body": "", "passback_params": ""},
    "notice in Chinese": {**NOTICE, "subject": "新鲜水果 5斤 🍎", "buyer_logon_id": "张***@x.cn"},
    "notice with marks": {**NOTICE, "body": "100% = 1 & 1 + 0\nsecond line"},
    "return page": RETURNED,
}  # fmt: skip


ADDRESSES = {
    "notify_url": "https://shop.example.com/alipay/return/",
    "return_url": "https://shop.example.com/alipay/return/",
}
QUIT_URL = "https://shop.example.com/index/#/app/home/member/order"


def certificate_vectors() -> dict[str, object]:
    """What the SDK for certificates makes of a chain of the tests' own."""
    from alipay import DCAliPay

    app, alipay = key_from_seed(APP_SEED), key_from_seed(ALIPAY_SEED)
    files = files_of(app, alipay)
    shop_side = DCAliPay(
        appid=APP_ID,
        app_private_key_string=private_pem(app),
        app_public_key_cert_string=files.app,
        alipay_public_key_cert_string=files.alipay,
        alipay_root_cert_string=files.root,
    )
    links = {}
    for method, product in (
        ("alipay.trade.page.pay", {"product_code": "FAST_INSTANT_TRADE_PAY"}),
        ("alipay.trade.wap.pay", {"product_code": "QUICK_WAP_WAY", "quit_url": QUIT_URL}),
    ):
        content = {**ORDERS[1], **product, "time_expire": "2026-11-23 10:30:00"}
        links[method] = shop_side.client_api(
            method, biz_content=content, format="JSON", timestamp="2026-11-23 10:00:00", **ADDRESSES
        )
    return {
        "app_cert_sn": shop_side.app_cert_sn,
        "alipay_root_cert_sn": shop_side.alipay_root_cert_sn,
        "alipay_cert_sn": DCAliPay.get_cert_sn(files.alipay),
        "links": links,
    }


def main() -> None:
    from alipay import AliPay

    app, alipay = key_from_seed(APP_SEED), key_from_seed(ALIPAY_SEED)
    shop_side = AliPay(
        appid=APP_ID,
        app_private_key_string=private_pem(app),
        alipay_public_key_string=public_pem(alipay),
    )
    alipay_side = AliPay(
        appid=APP_ID,
        app_private_key_string=private_pem(alipay),
        alipay_public_key_string=public_pem(app),
    )
    page_pay = []
    for order in ORDERS:
        content = {
            **order,
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "time_expire": "2026-11-23 10:30:00",
        }
        order_string = shop_side.client_api(
            "alipay.trade.page.pay",
            biz_content=content,
            format="JSON",
            timestamp="2026-11-23 10:00:00",
            **ADDRESSES,
        )
        page_pay.append({"order": order, "order_string": order_string})
    with patch("alipay.datetime") as clock:
        clock.now.return_value = datetime(2026, 11, 23, 10)  # noqa: DTZ001  (the SDK's way)
        own_method = shop_side.api_alipay_trade_page_pay(
            "测试", "1", "0.01", "https://shop.example.com/r/", "https://shop.example.com/n/"
        )
    messages = []
    for name, params in MESSAGES.items():
        sign = dict(parse_qsl(alipay_side.sign_data(dict(params))))["sign"]
        assert shop_side.verify({**params, "sign_type": "RSA2"}, sign)
        messages.append({"name": name, "params": params, "sign": sign})
    vectors = {
        "made_with": f"python-alipay-sdk {version('python-alipay-sdk')}",
        "app_public_key": bare(public_pem(app)),
        "alipay_public_key": bare(public_pem(alipay)),
        "page_pay": page_pay,
        "page_pay_of_the_sdk": own_method,
        "messages": messages,
        "certificates": certificate_vectors(),
    }
    FILE.write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
