"""Two of the staff at one row, slips of the pen, and pictures: the forms of goods."""

import threading
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.goods.admin import goods as goods_admin
from apps.goods.admin.pictures import MOST_AT_ONCE
from apps.goods.models import Goods, GoodsImage
from tests.parallel import in_parallel
from tests.sample_files import SVG, picture

from .conftest import Catalogue
from .factories import make_category, make_goods

pytestmark = pytest.mark.django_db


def staff_client(name: str = "boss") -> Client:
    client = Client()
    user, _made = get_user_model().objects.get_or_create(
        username=name, defaults={"is_staff": True, "is_superuser": True}
    )
    client.force_login(user)
    return client


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client()


def address(goods: Goods) -> str:
    return f"/admin/goods/goods/{goods.pk}/change/"


def opened(client: Client, goods: Goods) -> dict[str, Any]:
    """Return what a browser would send of the page as it is shown."""
    page: Any = client.get(address(goods))
    return sent_of(page)


def sent_of(page: Any) -> dict[str, Any]:
    form, sent = page.context["adminform"].form, {}
    for bound in form:
        if bound.field.show_hidden_initial:
            shown = bound.value() if not form.is_bound else form.data[bound.html_initial_name]
            sent[bound.html_initial_name] = "" if shown is None else str(shown)
        value = bound.value()
        if bound.name in ("goods_front_image", "new_pictures") or value in (None, False):
            continue
        sent[bound.html_name] = "on" if value is True else str(value)
    if confirmed := form.fields["shop_price"].widget.confirmed:
        sent["shop_price_confirmed"] = confirmed
    for inline in page.context["inline_admin_formsets"]:
        sent |= {f"images-{name}": inline.formset.management_form[name].value()
                 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}  # fmt: skip
        for row in inline.formset.forms:
            sent |= {row.add_prefix(n): str(row[n].value()) for n in ("id", "goods", "position")}
    return sent


def save(client: Client, goods: Goods, form: dict[str, Any], **changes: Any) -> Any:
    response = client.post(address(goods), form | changes)
    goods.refresh_from_db()
    return response


def history() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))


def test_an_unchanged_form_changes_and_logs_nothing(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    # As an importer writes it, and the editor does not.
    Goods.objects.filter(pk=goods.pk).update(goods_desc="<p>一</p>\n<p>二</p>\n")
    form = opened(staff, goods)
    before = Goods.objects.filter(pk=goods.pk).values().get()
    for desc in (
        form["goods_desc"],
        "<p>一</p><p>二</p>",
        form["goods_desc"].replace("\n", "\r\n"),
    ):
        assert save(staff, goods, form, goods_desc=desc).status_code == 302
    save(staff, goods, form, goods_desc="<p>as the editor likes it</p>", desc_untouched="1")
    assert Goods.objects.filter(pk=goods.pk).values().get() == before
    assert history() == []


def test_a_form_writes_only_what_its_user_changed(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    other, form = staff_client("小李"), opened(staff, goods)
    save(other, goods, opened(other, goods), shop_price="33.00", is_hot="", name="新名字")

    response = save(staff, goods, form, goods_brief="更甜", category=str(catalogue.meat.pk))

    assert response.status_code == 302
    assert (goods.shop_price, goods.name, goods.is_hot) == (Decimal("33.00"), "新名字", False)
    assert (goods.goods_brief, goods.category) == ("更甜", catalogue.meat)
    assert "新名字" in goods.search_text
    assert "更甜" in goods.search_text
    assert history() == [
        "名称：脐橙 → 新名字；本店价：29.90 → 33.00；热销：是 → 否",
        "类别：水果 › 柑橘 › 橙子 → 肉类；简介",
    ]


@pytest.mark.parametrize(
    ("name", "theirs", "mine", "told"),
    [
        ("shop_price", "33.00", "31.00",
         "已被他人修改（小李，{time}）：您打开页面时是 29.90，现在是 33.00。您填写的是 31.00。"
         "再次保存则以您的为准。"),
        ("name", "甲", "乙", "您打开页面时是 脐橙，现在是 甲。您填写的是 乙。"),
        ("goods_desc", "<p>甲</p>", "<p>乙</p>", "现在是 &lt;p&gt;甲&lt;/p&gt;"),
    ],
)  # fmt: skip
def test_two_changes_of_one_field(
    staff: Client, catalogue: Catalogue, name: str, theirs: str, mine: str, told: str
) -> None:
    goods = catalogue.in_orange
    other, form = staff_client("小李"), opened(staff, goods)
    save(other, goods, opened(other, goods), **{name: theirs})

    refused = save(staff, goods, form, **{name: mine})

    assert str(getattr(goods, name)) == theirs
    moment = LogEntry.objects.get().action_time.astimezone(ZoneInfo("Asia/Shanghai"))
    assert told.format(time=f"{moment:%m-%d %H:%M}") in refused.content.decode()
    again = sent_of(refused)
    assert again[name] == mine  # it is not lost
    assert save(staff, goods, again).status_code == 302
    assert str(getattr(goods, name)) == mine


def test_an_error_page_does_not_forget_the_description(staff: Client, catalogue: Catalogue) -> None:
    """The editor has not touched what the error page shows, and yet it is new."""
    goods = catalogue.in_orange
    form = opened(staff, goods)
    assert form["desc_untouched"] == "?"
    refused = save(staff, goods, form, goods_desc="<p>新</p>", shop_price="0", desc_untouched="")
    again = sent_of(refused)
    assert again["desc_untouched"] == ""  # which tells the script to leave it so
    save(staff, goods, again)
    assert (goods.goods_desc, goods.shop_price) == ("<p>新</p>", Decimal(0))


def test_line_ends_are_no_change(staff: Client, catalogue: Catalogue) -> None:
    """An importer stores "\\n"; a browser sends "\\r\\n", in the hidden value too."""
    goods = catalogue.in_orange
    Goods.objects.filter(pk=goods.pk).update(goods_brief="一\n二 ")
    form = opened(staff, goods)
    sent = {name: str(value).replace("\n", "\r\n") for name, value in form.items()}
    save(staff, goods, sent)
    assert history() == []
    assert save(staff, goods, sent, goods_brief="一\r\n二\r\n三").status_code == 302
    assert history() == ["简介"]


def test_the_same_change_twice_is_no_conflict(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    form = opened(staff, goods)
    for client in (staff_client("小李"), staff):
        assert save(client, goods, form, shop_price="31.00").status_code == 302
    assert goods.shop_price == Decimal("31.00")


@pytest.mark.parametrize(
    ("price", "is_asked"),
    [("38.87", False), ("20.93", False), ("38.88", True), ("1.89", True), ("0", True)],
)
def test_a_price_that_looks_like_a_slip_is_asked_about(
    staff: Client, catalogue: Catalogue, price: str, is_asked: bool
) -> None:
    goods = catalogue.in_orange  # 29.90
    response = save(staff, goods, opened(staff, goods), shop_price=price)
    assert (response.status_code == 200) == is_asked
    if not is_asked:
        return
    assert goods.shop_price == Decimal("29.90")
    again = sent_of(response)
    assert save(staff, goods, again, shop_price="1.90").status_code == 200  # yet another price
    assert save(staff, goods, again).status_code == 302
    assert goods.shop_price == Decimal(price)


# --- Prices in the list ----------------------------------------------------------------


def listed(client: Client, query: str = "") -> dict[str, Any]:
    page: Any = client.get(f"/admin/goods/goods/{query}")
    formset = page.context["cl"].formset
    sent = {
        f"form-{n}": formset.management_form[n].value() for n in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    for row in formset.forms:
        sent[row.add_prefix("id")] = str(row.instance.pk)
        sent[row["shop_price"].html_name] = sent[row["shop_price"].html_initial_name] = str(
            row["shop_price"].value()
        )
    return sent | {"_save": "x"}


def cell(sent: dict[str, Any], goods: Goods) -> str:
    [row] = [n[:-3] for n, value in sent.items() if n.endswith("-id") and value == str(goods.pk)]
    return f"{row}-shop_price"


def test_prices_are_saved_in_the_list(
    staff: Client, catalogue: Catalogue, django_assert_max_num_queries: Any
) -> None:
    orange, meat = catalogue.in_orange, catalogue.in_meat
    sent = listed(staff)
    assert [sent[f"form-{n}-id"] for n in range(5)] == sorted(
        (sent[f"form-{n}-id"] for n in range(5)), key=int, reverse=True
    )  # the newest first
    Goods.objects.filter(pk=meat.pk).update(shop_price=Decimal("150.00"), name="新名")  # meanwhile
    sent[cell(sent, orange)] = "31.00"
    with django_assert_max_num_queries(22):
        assert staff.post("/admin/goods/goods/", sent).status_code == 302
    for goods in (orange, meat):
        goods.refresh_from_db()
    assert (orange.shop_price, meat.shop_price, meat.name) == (
        Decimal("31.00"), Decimal("150.00"), "新名",
    )  # fmt: skip
    assert history() == ["本店价：29.90 → 31.00"]


def test_slips_and_conflicts_in_the_list(staff: Client, catalogue: Catalogue) -> None:
    orange, meat = catalogue.in_orange, catalogue.in_meat
    sent = listed(staff)
    Goods.objects.filter(pk=meat.pk).update(shop_price=Decimal("150.00"))
    newer = make_goods(make_category(), name="后来的")
    sent[cell(sent, orange)], sent[cell(sent, meat)] = "0", "160.00"
    page: Any = staff.post("/admin/goods/goods/", sent)
    text = page.content.decode()
    assert "29.90 → 0.00：价格为 0。" in text
    assert "您打开页面时是 156.00，现在是 150.00。您填写的是 160.00。" in text
    # Each form stands beside its own goods, whoever came on the list since.
    changelist = page.context["cl"]
    assert [form.instance for form in changelist.formset.forms] == changelist.result_list
    assert newer not in changelist.result_list
    prices = dict(Goods.objects.values_list("pk", "shop_price"))
    assert (prices[orange.pk], prices[meat.pk]) == (Decimal("29.90"), Decimal("150.00"))


def test_who_may_only_look_edits_no_price(client: Client, catalogue: Catalogue) -> None:
    sent = listed(staff_client())
    clerk = get_user_model().objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_goods"))
    client.force_login(clerk)
    assert "price-in-list" not in client.get("/admin/goods/goods/").content.decode()
    sent[cell(sent, catalogue.in_orange)] = "28.00"
    client.post("/admin/goods/goods/", sent)
    catalogue.in_orange.refresh_from_db()
    assert catalogue.in_orange.shop_price == Decimal("29.90")


# --- Pictures, descriptions, deleting --------------------------------------------------


def test_many_pictures_at_once_in_order(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange  # which has two
    uploads = [
        SimpleUploadedFile("图" * 116 + f"{n}.png", picture(size=(n, 9))) for n in (31, 32, 33)
    ]
    form = opened(staff, goods)
    assert save(staff, goods, form, new_pictures=uploads).status_code == 302
    widths = [image.image.width if image.position else 0 for image in goods.images.all()]
    assert widths == [0, 0, 31, 32, 33]
    form = opened(staff, goods)
    last = goods.images.last()
    assert last is not None
    save(staff, goods, form | {"images-0-position": "7", "images-4-DELETE": "on"})
    assert [image.pk for image in goods.images.all()][-1] == int(form["images-0-id"])
    assert not GoodsImage.objects.filter(pk=last.pk).exists()
    assert history() == ["新增图片 3 张", "修改图片 1 张；删除图片 1 张"]
    shown = Client().get(f"/goods/{goods.pk}/").json()["images"]
    assert len(shown) == 4


def test_pictures_that_are_refused_are_named(
    staff: Client, catalogue: Catalogue, media_root: Path
) -> None:
    goods = catalogue.in_meat
    uploads = [SimpleUploadedFile("甲.png", picture()), SimpleUploadedFile("乙.png", SVG)]
    page = save(staff, goods, opened(staff, goods), new_pictures=uploads)
    assert "乙.png: 不接受 SVG 图形。" in page.content.decode()
    front = SimpleUploadedFile("甲.png", picture())
    page = save(staff, goods, opened(staff, goods), goods_front_image=front, goods_sn="")
    assert "尚未保存：请重新选择图片。" in page.content.decode()
    many = [SimpleUploadedFile(f"{n}.png", picture()) for n in range(MOST_AT_ONCE + 1)]
    page = save(staff, goods, opened(staff, goods), new_pictures=many)
    assert "一次最多上传 20 张图片。" in page.content.decode()
    assert not goods.images.exists()
    assert not list(media_root.rglob("*.webp"))


def test_what_a_description_loses_is_said(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_meat
    html = '<p onclick="x()">好</p><iframe src="//x"></iframe>'
    response: Any = staff.post(
        address(goods), opened(staff, goods) | {"goods_desc": html}, follow=True
    )
    assert "以下内容已从描述中去除：&lt;iframe&gt;, onclick" in response.content.decode()
    goods.refresh_from_db()
    assert goods.goods_desc == "<p>好</p>"


def test_goods_that_cannot_be_deleted_say_why(staff: Client, catalogue: Catalogue) -> None:
    kept, free = catalogue.in_orange, catalogue.in_meat
    for goods, has_link in [(kept, False), (free, True)]:
        assert (b'class="deletelink"' in staff.get(address(goods)).content) == has_link
    for response in (
        staff.get(f"/admin/goods/goods/{kept.pk}/delete/"),
        staff.post(
            "/admin/goods/goods/", {"action": "delete_selected", "_selected_action": [kept.pk]}
        ),
    ):
        text = response.content.decode()
        assert "有过库存变动的商品不能删除" in text
        assert "没有权限" not in text
        assert f'name="_selected_action" value="{kept.pk}"' in text
    assert "确定" in staff.get(f"/admin/goods/goods/{free.pk}/delete/").content.decode()


# --- At once ----------------------------------------------------------------------------


def race(monkeypatch: pytest.MonkeyPatch, goods: Goods) -> list[int]:
    """Two save the same form, each with another price, and meet before they write if they can."""
    clients = [staff_client(name) for name in ("a", "b")]
    forms = [opened(client, goods) for client in clients]
    barrier, save_model = threading.Barrier(2), goods_admin.GoodsAdmin.save_model

    def meet_first(*args: Any, **kwargs: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1.5)
        save_model(*args, **kwargs)

    monkeypatch.setattr(goods_admin.GoodsAdmin, "save_model", meet_first)

    def send(number: int) -> int:
        sent = forms[number] | {"shop_price": f"3{number}.00"}
        return clients[number].post(address(goods), sent).status_code

    return sorted(in_parallel(2, send))


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("is_guarded", "answers"), [(True, [200, 302]), (False, [302, 302])])
def test_of_two_prices_at_once_one_is_asked_about(
    monkeypatch: pytest.MonkeyPatch, is_guarded: bool, answers: list[int]
) -> None:
    goods = make_goods(make_category(), shop_price=Decimal("29.90"))
    if not is_guarded:
        monkeypatch.setattr(goods_admin, "goods_lock", lambda goods_id: None)
    assert race(monkeypatch, goods) == answers
