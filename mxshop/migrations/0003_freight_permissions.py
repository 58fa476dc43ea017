"""Who may see and change the freight rules, which have a page now."""

from django.db import migrations

from mxshop.roles import role_permissions_add

GRANTS = {
    "店长": {"trade.freightrule": "view add change delete"},
    "客服": {"trade.freightrule": "view"},  # buyers ask what it costs
    "财务": {"trade.freightrule": "view"},
}


def forwards(apps, schema_editor):
    for role, grants in GRANTS.items():
        role_permissions_add(apps, using=schema_editor.connection.alias, role=role, grants=grants)


class Migration(migrations.Migration):

    dependencies = [
        ("mxshop", "0002_roles"),
        ("trade", "0008_order_life"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
