"""A client's day in the shop, with the package that openapi-python-client generated.

usage: shop.py ORIGIN USERNAME PASSWORD. Nothing is cast: what the description leaves open is an
error of mypy's.
"""

import sys
from io import BytesIO
from typing import TypeVar

from shop_client import AuthenticatedClient, Client
from shop_client import models as m
from shop_client.api.account import login_create, users_list, users_partial_update
from shop_client.api.addresses import address_create, address_destroy, address_update
from shop_client.api.cart import shopcarts_create, shopcarts_list
from shop_client.api.catalogue import goods_list, goods_retrieve, indexgoods_list
from shop_client.api.messages import messages_create
from shop_client.api.orders import orders_create, orders_list, orders_retrieve
from shop_client.types import UNSET, File

Shape = TypeVar("Shape")


def got(answer: object, shape: type[Shape]) -> Shape:
    """Return the answer, which must be of one of the shapes that its operation describes."""
    if not isinstance(answer, shape):
        raise SystemExit(f"not {shape.__name__}: {answer!r}")
    return answer


def main(origin: str, username: str, password: str) -> None:
    public = Client(base_url=origin)
    sections = indexgoods_list.sync(client=public)
    assert isinstance(sections, list)
    for section in sections:
        print(
            section.name, len(section.sub_cat), section.goods[0].name, section.goods[0].shop_price
        )
    page = got(
        goods_list.sync(
            client=public, ordering=m.GoodsListOrdering.VALUE_1, page_size=3, is_new=True
        ),
        m.PaginatedGoodsCardList,
    )
    card = page.results[0]
    print(page.count, card.name, card.goods_num + card.sold_num, card.add_time.isoformat())
    refused = goods_list.sync(client=public, search="a" * 201)
    print("400", got(refused, m.GoodsListErrors).search)
    print("404", got(goods_retrieve.sync(999_999, client=public), m.Detail).detail)
    goods = got(goods_retrieve.sync(card.id, client=public), m.Goods)
    print(goods.category.name, len(goods.goods_desc) > 0)

    wrong = login_create.sync(client=public, body=m.LoginRequest(username, password="no"))
    print("400", got(wrong, m.LoginErrors).non_field_errors)
    right = login_create.sync(client=public, body=m.LoginRequest(username, password=password))
    client = AuthenticatedClient(base_url=origin, token=got(right, m.Token).token)
    stranger = AuthenticatedClient(base_url=origin, token="none")
    print("401", got(users_list.sync(client=stranger), m.Detail).detail)
    print(got(users_list.sync(client=client), m.Profile).name)
    changed = users_partial_update.sync(
        "me", client=client, body=m.PatchedProfileRequest(name="小满")
    )
    print(got(changed, m.Profile).gender.value)

    where = m.AddressRequest(address="平江路 1 号", signer_name="小满", signer_mobile=username)
    address = got(address_create.sync(client=client, body=where), m.Address)
    part = m.PatchedAddressRequest(city="苏州市")
    moved = got(address_update.sync(address.id, client=client, body=part), m.Address)
    print(moved.city, moved.address, moved.is_default)

    line = m.CartLineKeyRequest(goods=card.id, nums=99_999)
    print("400", got(shopcarts_create.sync(client=client, body=line), m.CartLineKeyErrors).nums)
    line.nums = 2
    print(got(shopcarts_create.sync(client=client, body=line), m.CartLineKey).nums)
    cart = shopcarts_list.sync(client=client)
    assert isinstance(cart, list)
    total = sum(round(line.goods.shop_price * 100) * line.nums for line in cart) / 100
    checkout = m.CheckoutRequest(
        address=moved.address, signer_name="小满", singer_mobile=username, order_mount=total
    )
    order = got(orders_create.sync(client=client, body=checkout, idempotency_key="day-1"), m.Order)
    again = got(orders_create.sync(client=client, body=checkout, idempotency_key="day-1"), m.Order)
    assert (again.id, order.order_mount) == (order.id, total)
    print(order.order_sn, order.pay_status.value, order.order_mount, order.alipay_url is not None)
    listed = orders_list.sync(client=client)
    assert isinstance(listed, list)
    detail = got(orders_retrieve.sync(order.id, client=client), m.OrderDetail)
    print(len(listed), [(line.name, line.goods_num, line.price) for line in detail.goods])

    message = m.MessageRequest(
        subject="有磕碰", message="有两个压坏了。", message_type=m.MessageTypeEnum.VALUE_4,
        file=File(BytesIO("照片稍后补。".encode()), "说明.txt", "text/plain"),
    )  # fmt: skip
    left = got(messages_create.sync(client=client, body=message), m.Message)
    assert left.message_type is m.MessageTypeEnum.VALUE_4
    print(left.file_name, (left.file or "").startswith(origin), left.replied_at)

    assert address_destroy.sync_detailed(address.id, client=client).status_code == 204
    print("404", got(address_destroy.sync(address.id, client=client), m.Detail).detail)
    late = orders_create.sync(client=client, body=checkout, idempotency_key=UNSET)
    print("400", late)
    print("done")


main(*sys.argv[1:])
