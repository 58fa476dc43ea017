"""Who looks at refund requests, and who decides them."""

from django.db import migrations

from mxshop.roles import role_permissions_add

# To approve takes trade.refund_payment as well, which 店长 and 财务 have: who answers buyers may
# reject. The warehouse sees what is coming back.
GRANTS = {
    "店长": {"trade.refundrequest": "view decide"},
    "客服": {"trade.refundrequest": "view decide"},
    "财务": {"trade.refundrequest": "view decide"},
    "仓库": {"trade.refundrequest": "view"},
}


def forwards(apps, schema_editor):
    using = schema_editor.connection.alias
    for role, grants in GRANTS.items():
        role_permissions_add(apps, using=using, role=role, grants=grants)


class Migration(migrations.Migration):

    dependencies = [
        ("mxshop", "0003_freight_permissions"),
        ("trade", "0009_shipments_of_before"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
