"""What the tasks of bench.staff_tasks find in a demo shop: an owner, files, what waits."""

import secrets
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from apps.goods.models import Goods
from apps.trade.models import OrderInfo, Payment
from apps.user_operation.models import UserLeavingMessage
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.models import SandboxTrade
from mxshop.models import JournalEntry
from utils.spreadsheets.xlsx_stream import Sheet, xlsx_stream

ROWS = 500
BEGINNING = secrets.token_hex(3).upper()  # of article numbers: new ones each time


def rows_make(folder: Path) -> dict[str, Any]:
    """Make what is missing; return names, a password, and paths of files to upload."""
    password = secrets.token_urlsafe(12)
    owner = UserProfile.objects.create_superuser(f"店长-{secrets.token_hex(3)}", password=password)
    _message_with_a_picture()
    _money_that_pays_nothing()
    _price_of_last_week(owner)
    return {
        "owner": owner.username, "password": password,
        "pictures": [_picture(folder / f"橙 {n}.jpg", n) for n in range(5)],
        "faulty": _workbook(folder / "商品.xlsx", faults=3),
        "mended": _workbook(folder / "商品（改）.xlsx", faults=0),
    }  # fmt: skip


def _picture(path: Path, number: int) -> Path:
    image = Image.new("RGB", (1600, 1200), (250, 160 + 10 * number, 40))
    ImageDraw.Draw(image).ellipse((400, 200, 1200, 1000), fill=(240, 120, 10 * number))
    image.save(path, quality=85)
    return path


def _workbook(path: Path, *, faults: int) -> Path:
    """500 goods under Chinese headers; the first ``faults`` rows have a fault each."""
    header = ["商品货号", "名称", "类别", "本店价（元）", "是否新品"]
    category = Goods.objects.order_by("pk").select_related("category").first()
    assert category is not None
    code = category.category.code
    wrong = [("没有的类别", 12.5, "是"), (code, "12元/斤", "是"), (code, 12.5, "大概")]
    rows: list[list[Any]] = []
    for number in range(ROWS):
        values = wrong[number] if number < faults else (code, 12.5, "是")
        rows.append([f"{BEGINNING}{number:05}", f"试卖 {number}", *values])
    path.write_bytes(b"".join(xlsx_stream([Sheet("商品", header, rows)])))
    return path


def _message_with_a_picture() -> None:
    buyer = UserProfile.objects.get(username="13800000001")
    content = BytesIO()
    Image.new("RGB", (640, 480), (200, 80, 60)).save(content, "PNG")
    message = UserLeavingMessage(
        user=buyer, message_type=4, subject="有两个坏了", message="照片在这里。", file_name="坏.png"
    )
    message.file.save("x.png", ContentFile(content.getvalue()))


def _money_that_pays_nothing() -> None:
    """A payment that came when its order was closed: known to the local gateway, too."""
    order = OrderInfo.objects.filter(closed_by="cancel").order_by("pk").first()
    assert order is not None
    if SandboxTrade.objects.filter(out_trade_no=order.order_sn).exists():  # of a run before
        return
    now = timezone.now()
    trade_no = f"{now:%Y%m%d%H%M%S}22001{secrets.randbelow(10**9):09}"
    SandboxTrade.objects.create(
        trade_no=trade_no, out_trade_no=order.order_sn, subject=order.order_sn,
        total_amount=order.order_mount, status="TRADE_SUCCESS", buyer_id="2088", buyer_logon_id="x",
        time_expire=now + timedelta(hours=1), created_at=now, paid_at=now,
    )  # fmt: skip
    Payment.objects.create(
        order=order, trade_no=trade_no, amount=order.order_mount, paid_at=now, state="flagged",
        flag="sold_out",
    )  # fmt: skip


def _price_of_last_week(owner: UserProfile) -> None:
    goods = Goods.objects.order_by("pk").first()
    assert goods is not None
    now = timezone.localtime()
    JournalEntry.objects.create(
        add_time=now - timedelta(days=now.weekday() + 3), staff=owner, way="form",
        kind="goods.goods", object_id=goods.pk, object_name=goods.name,
        column="goods.goods.shop_price", old=str(goods.shop_price + Decimal(1)),
        new=str(goods.shop_price),
    )  # fmt: skip
