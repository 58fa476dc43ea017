"""The browsable API shows carts and orders, with forms of what each request takes."""

import pytest

pytestmark = pytest.mark.django_db


def test_pages_of_the_cart(mine, goods):
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    for path in ("/shopcarts/", f"/shopcarts/{goods.pk}/"):
        response = mine.get(path, headers={"accept": "text/html"})
        assert response.status_code == 200
        assert 'name="nums"' in response.content.decode()


def test_pages_of_orders(mine, order_of):
    order = order_of(1)
    response = mine.get("/orders/", headers={"accept": "text/html"})
    assert response.status_code == 200
    assert 'name="singer_mobile"' in response.content.decode()
    detail = mine.get(f"/orders/{order['id']}/", headers={"accept": "text/html"})
    assert detail.status_code == 200
    assert order["order_sn"] in detail.content.decode()
