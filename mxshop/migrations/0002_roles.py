"""The shop's roles, and what becomes of permissions for the one page of users that was."""

from django.db import migrations

from mxshop.roles import account_permissions_move, roles_create

EVERYTHING = "view add change delete"

# What each role may do, at least. Nobody here may make staff: that takes a superuser.
# A later migration adds to a role with mxshop.roles.role_permissions_add().
ROLES = {
    "店长": {  # runs the shop
        "goods.goods": EVERYTHING,
        "goods.goodsimage": EVERYTHING,
        "goods.goodscategory": EVERYTHING,
        "goods.goodscategorybrand": EVERYTHING,
        "goods.banner": EVERYTHING,
        "goods.indexad": EVERYTHING,
        "goods.hotsearchwords": EVERYTHING,
        "goods.stockmovement": "view",
        "trade.orderinfo": "view change",
        "trade.cartline": "view change",
        "trade.holder": "view",
        "trade.payment": "view refund",
        "trade.refund": "view",
        "trade.paymentnotice": "view",
        "user_operation.userleavingmessage": "view change delete",
        "user_operation.useraddress": "view",
        "user_operation.userfav": "view",
        "users.buyer": "view change",
        "users.verifycode": "view",
        "social_django.usersocialauth": "view delete",
        "mxshop.heartbeat": "view",
    },
    "商品": {  # the catalogue: goods, prices, stock, index page
        "goods.goods": EVERYTHING,
        "goods.goodsimage": EVERYTHING,
        "goods.goodscategory": EVERYTHING,
        "goods.goodscategorybrand": EVERYTHING,
        "goods.banner": EVERYTHING,
        "goods.indexad": EVERYTHING,
        "goods.hotsearchwords": EVERYTHING,
        "goods.stockmovement": "view",
    },
    "仓库": {  # the warehouse: sends orders out
        "goods.goods": "view",
        "goods.goodsimage": "view",
        "goods.stockmovement": "view",
        "trade.orderinfo": "view change",
        "trade.cartline": "view",
        "trade.holder": "view",
    },
    "客服": {  # answers buyers
        "goods.goods": "view",
        "goods.goodsimage": "view",
        "trade.orderinfo": "view change",
        "trade.cartline": "view change",
        "trade.payment": "view",
        "trade.refund": "view",
        "trade.paymentnotice": "view",
        "user_operation.userleavingmessage": "view change",
        "user_operation.useraddress": "view",
        "user_operation.userfav": "view",
        "users.buyer": "view change",
        "users.verifycode": "view",
        "social_django.usersocialauth": "view delete",
    },
    "财务": {  # the money
        "trade.orderinfo": "view",
        "trade.payment": "view refund",
        "trade.refund": "view",
        "trade.paymentnotice": "view",
    },
}


def forwards(apps, schema_editor):
    using = schema_editor.connection.alias
    account_permissions_move(apps, using=using)
    roles_create(apps, using=using, roles=ROLES)


class Migration(migrations.Migration):

    dependencies = [
        ("mxshop", "0001_heartbeat"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("social_django", "0001_initial"),
        ("goods", "0003_goods_view_counts"),
        ("trade", "0007_claims_and_notice_keys"),
        ("user_operation", "0002_message_usage"),
        ("users", "0005_staff_and_buyers"),
    ]

    # Backwards the roles stay: their owner may have changed them, and people are in them.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
