"""Who reads the journal: each what is about pages that they may see."""

from django.db import migrations

from mxshop.roles import role_permissions_add

GRANTS = {
    "店长": {"mxshop.journalentry": "view"},
    "商品": {"mxshop.journalentry": "view"},
    "仓库": {"mxshop.journalentry": "view"},
    "财务": {"mxshop.journalentry": "view"},
}


def forwards(apps, schema_editor):
    using = schema_editor.connection.alias
    for role, grants in GRANTS.items():
        role_permissions_add(apps, using=using, role=role, grants=grants)


class Migration(migrations.Migration):

    dependencies = [
        ("mxshop", "0005_journal"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
