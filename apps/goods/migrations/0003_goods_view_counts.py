from django.db import migrations, models

TAKE_OVER = """
INSERT INTO goods_goodsviewcount (goods_id, click_num)
SELECT id, click_num FROM goods_goods WHERE click_num > 0
"""
GIVE_BACK = """
UPDATE goods_goods SET click_num = COALESCE(
    (SELECT v.click_num FROM goods_goodsviewcount v WHERE v.goods_id = goods_goods.id), 0)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('goods', '0002_goods_sold_before'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoodsViewCount',
            fields=[
                ('goods_id', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='goods')),
                ('click_num', models.BigIntegerField(verbose_name='clicks')),
            ],
            options={
                'verbose_name': 'views of goods',
                'verbose_name_plural': 'views of goods',
                'default_permissions': (),
            },
        ),
        migrations.RunSQL(TAKE_OVER, GIVE_BACK),
        migrations.RemoveConstraint(
            model_name='goods',
            name='click_num_not_negative',
        ),
        migrations.RemoveField(
            model_name='goods',
            name='click_num',
        ),
    ]
