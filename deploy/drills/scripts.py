"""What happens to the shop of the drill, as scripts that run in it; each prints JSON."""

# A buyer pays an order and sends a message with a file; staff give goods another picture.
AFTER_THE_BACKUP = """
import io, json
from datetime import datetime
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from apps.goods.models import Goods
from apps.trade.models import Payment
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.services.payments import payment_confirm
from apps.user_operation.services.messages import Attachment, message_leave
from apps.users.models import UserProfile
from utils.pictures.storing import picture_store
buyer = UserProfile.objects.create_user("13900000001")
goods = Goods.objects.filter(goods_num__gte=2).order_by("pk").first()
cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=2)
order = order_create(user_id=buyer.pk, destination=Destination("街道", "名字", "13900000001"))
payment_confirm(order_id=order.pk, trade_no="2026000000000000000000000077",
                amount=order.order_mount, paid_at=timezone.now())
message = message_leave(user_id=buyer.pk, message_type=1, subject="虾", message="一箱",
    attachment=Attachment(ContentFile(b"%PDF-1.4 drill"), "list.pdf", ".pdf"))
picture = io.BytesIO()
Image.new("RGB", (900, 900), "teal").save(picture, "PNG")
name = picture_store(ContentFile(picture.getvalue()), folder="goods")
Goods.objects.filter(pk=goods.pk).update(goods_front_image=name)
print(json.dumps({"order_sn": order.order_sn, "goods": goods.pk, "file": message.file.name,
                  "picture": name, "left": Goods.objects.get(pk=goods.pk).goods_num}))
"""

# Somebody forgets a WHERE.
MISTAKE = """
import json
from apps.goods.models import Goods
from apps.user_operation.models import UserLeavingMessage
print(json.dumps([Goods.objects.update(goods_num=0), UserLeavingMessage.objects.count()]))
"""

# What the drill looks for in the restored shop; {order_sn} and {goods} are filled in.
LOOK = """
import json
from django.core.files.storage import default_storage
from apps.goods.models import Goods
from apps.trade.models import OrderInfo
from apps.user_operation.models import UserLeavingMessage
order = OrderInfo.objects.get(order_sn="{order_sn}")
goods = Goods.objects.get(pk={goods})
message = UserLeavingMessage.objects.get(user__username="13900000001")
print(json.dumps({{"order_sn": order.order_sn, "goods": goods.pk, "file": message.file.name,
    "picture": goods.goods_front_image.name, "left": goods.goods_num,
    "status": order.pay_status, "bytes": default_storage.open(message.file.name).read().decode()}}))
"""
