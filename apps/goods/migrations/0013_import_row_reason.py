from django.db import migrations, models


class Migration(migrations.Migration):
    """The field has a name that says what it holds; its column stays, for the release before."""

    dependencies = [("goods", "0012_search_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("goodsimportrow", "said", "reason"),
                migrations.AlterField(
                    "goodsimportrow",
                    "reason",
                    models.TextField(
                        blank=True,
                        db_column="said",
                        default="",
                        help_text="Why it was not imported.",
                        verbose_name="why",
                    ),
                ),
            ]
        )
    ]
