"""Plain names for two columns; the data stays."""

from django.db import migrations, models

Q = models.Q


class Migration(migrations.Migration):
    dependencies = [("trade", "0003_payment_refund_told")]

    operations = [
        migrations.RemoveConstraint(model_name="orderinfo", name="order_stock_fits_status"),
        migrations.RenameField(model_name="orderinfo", old_name="has_stock", new_name="holds_stock"),
        migrations.AlterField(
            model_name="orderinfo",
            name="holds_stock",
            field=models.BooleanField(
                default=True,
                help_text="Its pieces are reserved or sold, not returned to stock.",
                verbose_name="holds stock",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderinfo",
            constraint=models.CheckConstraint(
                name="order_stock_fits_status",
                condition=Q(pay_status="TRADE_CLOSED", holds_stock=False)
                | Q(pay_status="TRADE_CLOSED", closed_by="refund", shipped_at__isnull=False)
                | (~Q(pay_status="TRADE_CLOSED") & Q(holds_stock=True)),
            ),
        ),
        migrations.RenameField(
            model_name="payment", old_name="refund_told", new_name="gateway_refunded_total"
        ),
    ]
