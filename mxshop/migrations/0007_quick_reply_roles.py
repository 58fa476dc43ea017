"""Who writes the texts with which replies begin."""

from django.db import migrations

from mxshop.roles import role_permissions_add

GRANTS = {
    "店长": {"user_operation.quickreply": "view add change delete"},
    "客服": {"user_operation.quickreply": "view add change delete"},
}


def forwards(apps, schema_editor):
    using = schema_editor.connection.alias
    for role, grants in GRANTS.items():
        role_permissions_add(apps, using=using, role=role, grants=grants)


class Migration(migrations.Migration):

    dependencies = [
        ("mxshop", "0006_journal_roles"),
        ("user_operation", "0004_quick_replies"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
