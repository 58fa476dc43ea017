"""The week of a small shop's staff in a browser: ``python -m bench staff-tasks URL``.

Does 24 tasks in Chromium, in Chinese, on a demo shop that answers at URL (``bin/serve``; the same
environment for both), and prints for each how many clicks and typed fields it took. A click is a
click of the mouse, a tick, a choice in a list or of files; a key (Enter after a search) is none.
Each begins at the start page. The demo shop is changed by it.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from .staff_hand import Hand  # noqa: E402
from .staff_rows import rows_make  # noqa: E402

CHROMIUM = "/usr/bin/chromium"


def log_in(hand: Hand) -> None:
    hand.type("#id_username", hand.rows["owner"])
    hand.type("#id_password", hand.rows["password"])
    hand.click("input[type=submit]")
    hand.sees("待办事项")


def today(hand: Hand) -> None:
    hand.sees("收款")
    assert hand.page.locator(".figures strong").count() == 4


def new_goods(hand: Hand) -> None:
    hand.menu("goods/goods/add")
    hand.type("#id_name", "试卖脐橙 5 斤")
    hand.type("#id_goods_sn", "TASK0001")
    hand.find(".field-category .select2-selection", "柑橘")
    hand.type("#id_shop_price", "29.90")
    hand.type("#id_market_price", "39.90")
    hand.files("#id_goods_front_image", hand.rows["pictures"][0])
    hand.files("#id_new_pictures", *hand.rows["pictures"])
    hand.click(".ck-editor__editable")
    hand.fields += 1
    hand.page.keyboard.type("产地赣州，现摘现发。")
    hand.type("#id_stock_change", "50")
    hand.choose("#id_stock_cause", value="delivery")
    hand.click("input[name=_save]")
    hand.sees("成功添加了 商品")


def one_price(hand: Hand) -> None:
    hand.menu("goods/goods")
    price = hand.page.locator("input.price-in-list").first
    hand.type("input.price-in-list", f"{float(price.input_value()) + 1:.2f}")
    hand.click("input[name=_save]")
    hand.sees("成功")


def twenty_off_the_shelf(hand: Hand) -> None:
    hand.menu("goods/goods")
    boxes = hand.page.locator("input.action-select")
    hand.clicks += 2
    boxes.nth(20).click()
    boxes.nth(39).click(modifiers=["Shift"])
    hand.act("take_off_shelf")
    hand.sees("已更改 20 件商品|已修改 20 件商品")


def five_percent(hand: Hand) -> None:
    hand.menu("goods/goods")
    hand.find(".category-filter .select2-selection", "新鲜水果")
    if hand.page.locator(".category-filter button").is_visible():
        hand.click(".category-filter button")
    hand.page.wait_for_url("**category=*")
    hand.click("#action-toggle")
    hand.act("change_prices")
    hand.type("#id_amount", "5")
    hand.click("input[name=preview]")
    hand.sees("→|新价")
    hand.click("input[name=apply]")
    hand.sees("已更改 .* 件商品|已修改 .* 件商品")


def stock_and_why(hand: Hand) -> None:
    hand.menu("goods/goods")
    hand.type("#searchbar", "蛋挞", enter=True)
    hand.page.wait_for_url("**q=*")
    hand.click("#result_list .field-name_and_number a")
    hand.type("#id_stock_change", "-3")
    hand.choose("#id_stock_cause", value="damage")
    hand.type("#id_stock_note", "压坏")
    hand.click("input[name=_continue]")
    hand.sees("成功")
    hand.click('a[href*="stockmovement/?goods__id__exact"]')
    hand.sees("压坏")


def import_500(hand: Hand) -> None:
    hand.menu("goods/goods")
    hand.click('a[href="/admin/goods/goods/import/"]')
    hand.files("#id_file", hand.rows["faulty"])
    hand.click(".submit-row input[type=submit]")
    hand.sees("有错误")
    assert hand.page.locator("#result_list tbody tr").count() == 3
    hand.click(".import-actions a[href='/admin/goods/goods/import/']")
    hand.files("#id_file", hand.rows["mended"])
    hand.click(".submit-row input[type=submit]")
    hand.click(".import-actions button.default")
    hand.page.locator('.import-actions a[href$="/result/"]').wait_for()
    assert "500" in hand.page.inner_text(".import-tabs")


def export_goods(hand: Hand) -> None:
    hand.menu("goods/goods")
    hand.click('a[href^="/admin/goods/goods/export/"]')
    assert hand.loads("button[value=xlsx]").stat().st_size > 5_000


def banners(hand: Hand) -> None:
    hand.menu("goods/banner")
    hand.type("#id_form-0-index", "9")
    hand.type("#id_form-4-index", "0")
    hand.click("input[name=_save]")
    hand.sees("成功")


def hot_words(hand: Hand) -> None:
    hand.menu("goods/hotsearchwords")
    hand.type("#id_form-9-index", "99")
    hand.click("input[name=_save]")
    hand.sees("成功")


def order_of_a_mobile(hand: Hand) -> None:
    hand.menu("trade/orderinfo")
    hand.type("#searchbar", "138 0000 0001", enter=True)
    hand.page.wait_for_url("**q=*")
    assert hand.page.locator("#result_list tbody tr").count() >= 3


def what_waits(hand: Hand) -> None:
    hand.click('.tasks a[href*="tab=to_ship"]')
    hand.sees("等待发货")


def ship(hand: Hand) -> None:
    hand.click('.tasks a[href*="tab=to_ship"]')
    hand.click('a[href="/admin/trade/orderinfo/ship/"]')
    hand.type("input[name$=tracking_no]", "SF1234567890123")
    hand.click(".submit-row input[type=submit]")
    hand.sees("已记录 1 个包裹")


def packing(hand: Hand) -> None:
    hand.click('.tasks a[href*="tab=to_ship"]')
    hand.click("#action-toggle")
    hand.act("print_slips")
    hand.sees("件")
    assert hand.page.locator(".slip").count() >= 1


def part_refund(hand: Hand) -> None:
    hand.menu("trade/orderinfo")
    hand.click("a[href*='tab=to_receive']")
    hand.click("#result_list tbody tr:last-child .field-number a")
    hand.click('.object-tools a[href$="/refund/"]')
    hand.type("#id_amount", "5.00")
    hand.type("#id_reason", "少发一件")
    hand.click(".submit-row input[type=submit]")
    hand.click("input[name=confirmed]")
    hand.sees("已退|退还")


def answer(hand: Hand) -> None:
    hand.click('.tasks a[href*="userleavingmessage"]')
    hand.click("#result_list .field-subject_and_text a")
    picture = hand.page.locator("img.buyers-picture")
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 0
    hand.choose("select.quick-reply, #quick-reply, .quick-replies select", index=1)
    hand.click("input[name=_save]")
    hand.sees("成功")


def flagged(hand: Hand) -> None:
    hand.click('.tasks a[href*="flagged=open"]')
    hand.click("#action-toggle")
    hand.act("give_back_flagged")
    hand.click("input[type=submit]:not([name])")
    hand.sees("已退|退还")


def who_changed_a_price(hand: Hand) -> None:
    hand.menu("mxshop/journalentry")
    hand.click('a[href*="what=price"]')
    hand.click('a[href*="week=last"]')
    hand.sees(hand.rows["owner"] + "|店长")


def colleague(hand: Hand) -> None:
    hand.menu("users/staffaccount/add")
    hand.type("#id_username", "xiaoli")
    hand.click('label:has-text("客服") input, input[name=groups] >> nth=3')
    for name in ("#id_password1", "#id_password2"):
        hand.type(name, hand.rows["password"])
    hand.click("input[name=_save]")
    hand.sees("成功添加了")


def block(hand: Hand) -> None:
    hand.menu("users/buyer")
    hand.type("#searchbar", "13800000002", enter=True)
    hand.page.wait_for_url("**q=*")
    hand.click("#result_list tbody th a")
    hand.click('.object-tools a[href$="/block/"]')
    hand.type("#id_reason", "恶意退款")
    hand.click(".submit-row input[type=submit]")
    hand.sees("已被拉黑|已拉黑|不能再登录")


def month_of_orders(hand: Hand) -> None:
    hand.menu("trade/payment")
    hand.click('a[href="/admin/trade/payment/export/"]')
    assert hand.loads("button[value=xlsx]").stat().st_size > 5_000


def by_day_and_best(hand: Hand) -> None:
    assert hand.page.locator("svg.chart .bar").count() == 30
    hand.click('.periods a[href^="?days=30"]')
    hand.page.wait_for_url("**days=30*")
    assert hand.page.locator(".sellers tbody tr").count() >= 3


def undo(hand: Hand) -> None:
    hand.menu("mxshop/journalentry")
    hand.click('a[href*="what=price"]')
    hand.click("#result_list .field-way_back a")
    hand.click("#content form input[type=submit]")
    hand.sees("价格已恢复")


# What it is, how many clicks it took before ("-": could not be done), how it is done.
TASKS: tuple[tuple[str, str, Callable[[Hand], None]], ...] = (
    ("log in", "1", log_in),
    ("how did the shop do today", "-", today),
    ("new goods with 5 pictures and a description", "6 + 4 files", new_goods),
    ("change a price", "4", one_price),
    ("20 goods off the shelf", "22", twenty_off_the_shelf),
    ("+5 % on a category", "-", five_percent),
    ("correct stock with a reason, see the ledger", "1, no reason", stock_and_why),
    ("import 500 goods, 3 rows faulty, mend, again", "-", import_500),
    ("export the goods", "3-4", export_goods),
    ("reorder two banners", "4", banners),
    ("change hot words", "2", hot_words),
    ("find orders by a mobile with spaces", "1, without spaces", order_of_a_mobile),
    ("what is to be shipped", "2", what_waits),
    ("ship with carrier and number", "-", ship),
    ("packing slips", "-", packing),
    ("refund a part", "3", part_refund),
    ("answer a message with a picture", "2, picture as a file", answer),
    ("give flagged money back", "5", flagged),
    ("who changed a price last week", "-", who_changed_a_price),
    ("a colleague with a role", "15", colleague),
    ("block a buyer", "4", block),
    ("a month's money for the accountant", "5, not by payment day", month_of_orders),
    ("sales by day, best sellers of 30 days", "-", by_day_and_best),
    ("put a price back", "-", undo),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench staff-tasks")
    parser.add_argument("url")
    parser.add_argument("--only", type=int, nargs="*", metavar="N", help="these tasks alone")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="screenshots of each end")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = rows_make(folder)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = browser.new_context(
                base_url=arguments.url, locale="zh-CN", viewport={"width": 1280, "height": 900}
            )
            context.set_default_timeout(30_000)
            page = context.new_page()
            errors: list[str] = []
            page.on(
                "console", lambda line: errors.append(line.text) if line.type == "error" else None
            )
            page.on("pageerror", lambda error: errors.append(str(error)))
            hand = Hand(page, rows, folder)
            print("| # | task | clicks before | clicks | typed fields |")
            print("|---|---|---|---|---|")
            for number, (task, before, do) in enumerate(TASKS, 1):
                if arguments.only and number not in (1, *arguments.only):
                    continue
                hand.begin()
                try:
                    do(hand)
                    now = f"{hand.clicks} | {hand.fields}"
                except Exception as error:  # the others are tried all the same
                    failed += 1
                    now = f"failed: {type(error).__name__} {str(error)[:90]!r} |"
                print(f"| {number} | {task} | {before} | {now} |", flush=True)
                if arguments.pictures:
                    page.screenshot(path=arguments.pictures / f"task{number:02}.png")
            browser.close()
    for line in dict.fromkeys(errors):
        print(f"console: {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
