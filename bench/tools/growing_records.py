"""What buyers and staff leave besides orders: for staff_lists.py, on a shop that grew.

Favourites, addresses, messages, codes, and the journal of what staff changed.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import django

django.setup()

from django.db.models import Model  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.goods.models import Goods, StockMovement  # noqa: E402
from apps.user_operation.models import UserAddress, UserFav, UserLeavingMessage  # noqa: E402
from apps.users.models import UserProfile, VerifyCode  # noqa: E402
from mxshop.models import JournalEntry  # noqa: E402

OF_EACH = 50_000
ENTRIES = 200_000
MOVEMENTS = 500_000  # of the stock ledger, orders included
COLUMNS = ("shop_price", "market_price", "goods_num", "is_on_sale", "name")


def main() -> None:
    chance = random.Random(1)
    now = timezone.now()
    buyers = list(UserProfile.objects.order_by("pk").values_list("pk", flat=True))
    goods = list(Goods.objects.order_by("pk").values_list("pk", "name"))
    staff = [
        UserProfile.objects.get_or_create(username=f"staff{n}", defaults={"is_staff": True})[0]
        for n in range(5)
    ]

    def moments() -> Iterator[tuple[int, datetime]]:
        for number in range(ENTRIES):
            yield number, now - timedelta(minutes=5 * (ENTRIES - number) // 4)

    def favourites() -> Iterator[Model]:
        seen = set()
        for _number in range(OF_EACH):
            pair = chance.choice(buyers), chance.choice(goods)[0]
            if pair not in seen:
                seen.add(pair)
                yield UserFav(user_id=pair[0], goods_id=pair[1])

    def addresses() -> Iterator[Model]:
        for number in range(OF_EACH):
            yield UserAddress(
                user_id=chance.choice(buyers), province="浙江省", city="杭州市", district="西湖区",
                address=f"平江路 {number} 号", signer_name="小满", signer_mobile=f"139{number:08}",
            )  # fmt: skip

    def messages() -> Iterator[Model]:
        for number in range(OF_EACH):
            answered = now if number % 10 else None
            yield UserLeavingMessage(
                user_id=chance.choice(buyers), subject=f"留言 {number}", message="什么时候发货？",
                message_type=1 + number % 5, reply="明天" if answered else "", replied_at=answered,
            )  # fmt: skip

    def codes() -> Iterator[Model]:
        for number in range(OF_EACH):
            yield VerifyCode(mobile=f"138{number:08}", purpose="login", code_hash="x")

    def entries() -> Iterator[Model]:
        for number, moment in moments():
            pk, name = chance.choice(goods)
            column = chance.choice(COLUMNS)
            yield JournalEntry(
                add_time=moment, staff=chance.choice(staff),
                way=("form", "list", "import")[number % 3],
                kind="goods.goods", object_id=pk, object_name=name,
                column=f"goods.goods.{column}", old="1.00", new="2.00",
            )  # fmt: skip

    def movements() -> Iterator[Model]:
        """Pieces that came and went again: the stock stays right."""
        for number in range(max(0, MOVEMENTS - StockMovement.objects.count()) // 2):
            pk, _name = chance.choice(goods)
            for delta in (1, -1):
                yield StockMovement(
                    goods_id=pk, delta=delta, reason="adjust", cause="count",
                    staff=chance.choice(staff), reference=f"admin:{number}",
                )  # fmt: skip

    for rows in (favourites(), addresses(), messages(), codes(), entries(), movements()):
        while batch := list(islice(rows, 2_000)):
            type(batch[0])._default_manager.bulk_create(batch, batch_size=500)


if __name__ == "__main__":
    main()
