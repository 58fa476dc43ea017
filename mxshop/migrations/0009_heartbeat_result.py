from django.db import migrations, models


class Migration(migrations.Migration):
    """The field has a name that says what it holds; its column stays, for the release before."""

    dependencies = [("mxshop", "0008_heartbeat_counts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("heartbeat", "said", "result"),
                migrations.AlterField(
                    "heartbeat",
                    "result",
                    models.CharField(
                        blank=True,
                        db_column="said",
                        default="",
                        help_text="What it counted, or the error.",
                        max_length=255,
                        verbose_name="what it did",
                    ),
                ),
            ]
        )
    ]
