"""Steps of importing.py inside the shop: ``python -m bench.tools.importing_steps NAME VALUES``.

Each prints its answer as JSON.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402

from apps.goods.models import Goods  # noqa: E402
from apps.goods.services.goods_import.starting import (  # noqa: E402
    goods_import_create,
    goods_import_start,
)
from apps.users.models import UserProfile  # noqa: E402
from apps.users.tokens import token_make  # noqa: E402
from utils.spreadsheets.xlsx_stream import Sheet, xlsx_stream  # noqa: E402

NEW = 5  # one row in so many is of new goods


def buyers(count: str) -> list[str]:
    users = [UserProfile.objects.create_user(f"1590000{n:04}") for n in range(int(count))]
    return [token_make(user) for user in users]


def create(rows: str) -> int:
    staff, _is_new = UserProfile.objects.get_or_create(
        username="importer", defaults={"is_staff": True, "is_superuser": True}
    )
    columns = ("goods_sn", "shop_price", "category__code")
    known = list(Goods.objects.order_by("pk").values_list(*columns))
    header = ["商品货号", "名称", "类别", "本店价（元）", "市场价", "库存变动"]
    cells: list[list[Any]] = []
    taken = 0
    for number in range(int(rows)):
        if number % NEW == 0:
            code = known[number % len(known)][2]
            cells.append([f"NEW{number:06}", f"新到 {number}", code, 12.5, 15, 10])
        else:
            sn, price, _code = known[taken]
            taken += 1
            cells.append([sn, None, None, price + 1, None, 1 if number % 2 else None])
    content = b"".join(xlsx_stream([Sheet("goods", header, cells)]))
    upload = SimpleUploadedFile("goods.xlsx", content)
    return goods_import_create(staff_id=staff.pk, file=upload).pk


def start(number: str) -> bool:
    staff = UserProfile.objects.get(username="importer")
    goods_import_start(import_id=int(number), staff_id=staff.pk)
    return True


STEPS: dict[str, Any] = {"buyers": buyers, "create": create, "start": start}

if __name__ == "__main__":
    step, *values = sys.argv[1:]
    print(json.dumps(STEPS[step](*values)))
