"""Requests beside money and stock whose rivals are at the two nodes: one row, or one default."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apps.trade.models import OrderInfo
from apps.trade.tests.addresses import IN_SHENZHEN
from apps.trade.tests.races.helpers import Answer, Buyer, shelf
from apps.user_operation.models import UserAddress, UserFav
from apps.users.models import UserProfile
from apps.users.services.codes import verify_code_send
from apps.users.tests.wire import PASSWORD
from tests.audit import assert_audit_clean

from .actions import AT_ONCE, Twins, carts_fill, crowd
from .shops import Shops

pytestmark = [pytest.mark.galera, pytest.mark.mariadb, pytest.mark.redis_program]


def both(shops: Shops, buyers: list[Twins], action: Callable[[Buyer], Answer]) -> list[list[int]]:
    """Let each buyer do it at both shops at once; return the two statuses of each, in order."""
    pairs = shops.at_both([tuple(partial(action, buyer) for buyer in twins) for twins in buyers])
    shops.settle()
    return [sorted(answer.status for answer in pair) for pair in pairs]


def test_of_two_one_is_first(guarded: Shops, settings: Any, tmp_path: Path) -> None:
    [goods], buyers = shelf(100), crowd(guarded, AT_ONCE)

    favoured = both(guarded, buyers, lambda b: b.http.post("/userfavs/", {"goods": goods.pk}))
    assert favoured == [[201, 400]] * AT_ONCE
    goods.refresh_from_db()
    assert goods.fav_num == UserFav.objects.filter(goods=goods).count() == AT_ONCE

    left = both(guarded, buyers, lambda b: b.http.delete(f"/userfavs/{goods.pk}/"))
    assert left == [[204, 404]] * AT_ONCE
    goods.refresh_from_db()
    assert goods.fav_num == UserFav.objects.filter(goods=goods).count() == 0

    added = both(guarded, buyers, lambda b: b.http.post("/address/", IN_SHENZHEN))
    assert added == [[201, 201]] * AT_ONCE
    users = [one.user for one, _other in buyers]
    defaults = UserAddress.objects.filter(user__in=users, is_default=True)
    assert sorted(defaults.values_list("user_id", flat=True)) == sorted(user.pk for user in users)

    carts_fill(guarded, buyers, [goods])
    keyed = [guarded.twins(one.user, **{"Idempotency-Key": '"one"'}) for one, _other in buyers]
    ordered = both(guarded, keyed, lambda b: b.checkout())
    assert set(map(tuple, ordered)) <= {(201, 201), (201, 409)}
    assert OrderInfo.objects.filter(user__in=users).count() == AT_ONCE

    settings.VAR_DIR = tmp_path
    mobiles = [f"1381234{number:04}" for number in range(AT_ONCE)]
    forms = [registration(mobile, tmp_path) for mobile in mobiles]
    guarded.settle()
    registered = guarded.at_both(
        [tuple(partial(shop.anybody().post, "/users/", form) for shop in guarded.each)
         for form in forms]
    )  # fmt: skip
    assert [sorted(a.status for a in pair) for pair in registered] == [[201, 400]] * AT_ONCE
    assert UserProfile.objects.filter(mobile__in=mobiles).count() == AT_ONCE
    assert guarded.failures == []
    assert_audit_clean()


def registration(mobile: str, folder: Path) -> dict[str, str]:
    """What somebody registers with who has got the code."""
    verify_code_send(mobile=mobile, purpose="register", address="127.0.0.1")
    code = (folder / "sms.log").read_text().rpartition("是")[2][:4]
    return {"username": mobile, "code": code, "password": PASSWORD}
