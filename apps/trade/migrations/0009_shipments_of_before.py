from django.db import migrations

AT_ONCE = 1000


def shipments_make(apps, schema_editor):
    """Orders that were shipped before shipments had a carrier get one without a number."""
    orders = apps.get_model("trade", "OrderInfo").objects.filter(shipped_at__isnull=False)
    shipments = apps.get_model("trade", "Shipment").objects
    batch = []
    for pk, shipped_at in orders.order_by("pk").values_list("pk", "shipped_at").iterator():
        batch.append(
            shipments.model(
                order_id=pk, carrier="other", shipped_at=shipped_at, add_time=shipped_at
            )
        )
        if len(batch) == AT_ONCE:
            shipments.bulk_create(batch)
            batch = []
    shipments.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [
        ("trade", "0008_order_life"),
    ]

    operations = [
        migrations.RunPython(shipments_make, migrations.RunPython.noop),
    ]
