import pytest

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from utils.text.rich_text import clean_html, html_to_text

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>甜<script>alert(1)</script></p>", "<p>甜</p>"),
        ('<img src="/media/a.webp" onerror="x()" alt="橙">', '<img src="/media/a.webp" alt="橙">'),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<p style="color: red; position: fixed">a</p>', '<p style="color:red">a</p>'),
        ("<iframe src='//evil'></iframe><form><input></form>b", "b"),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>", '<img src="x">'),
        (
            '<figure class="table"><table><tbody><tr><td>1</td></tr></tbody></table></figure>',
            '<figure class="table"><table><tbody><tr><td>1</td></tr></tbody></table></figure>',
        ),
        ("", ""),
    ],
)
def test_nothing_that_runs_is_left(html: str, clean: str) -> None:
    assert clean_html(html) == clean


def test_the_words_of_html() -> None:
    assert html_to_text("<h3>产地</h3><p>赣南&nbsp;&amp;\n 信丰</p>") == "产地 赣南 & 信丰"


@pytest.mark.django_db
def test_no_way_of_writing_leads_around_the_cleaning() -> None:
    dirty, clean = "<p>a<script>x</script></p>", "<p>a</p>"
    category = make_category()
    saved = make_goods(category, goods_desc=dirty)
    [bulk] = Goods.objects.bulk_create(
        [Goods(category=category, goods_sn="bulk", goods_desc=dirty)]
    )
    updated, bulk_updated = make_goods(category), make_goods(category)
    Goods.objects.filter(pk=updated.pk).update(goods_desc=dirty)
    bulk_updated.goods_desc = dirty
    Goods.objects.bulk_update([bulk_updated], ["goods_desc"])
    assert set(Goods.objects.values_list("goods_desc", flat=True)) == {clean}
    assert Goods.objects.count() == len({saved, bulk, updated, bulk_updated})
