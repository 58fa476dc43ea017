"""Which action comes next, drawn by hypothesis; and what must hold after each.

Few rules with a choice in each, because hypothesis leaves some of them out of every
sequence: of two dozen, it would leave out too much for anything to be paid and refunded.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.audit import assert_audit_clean
from tests.local_gateway import LocalGateway

from .actions import BUYERS, FAULTS, PLACES, SHELF, Actions
from .database import state_of_database, state_of_model

buyers = st.integers(0, BUYERS - 1)
wares = st.integers(0, len(SHELF) - 1)
# The first of a choice is what hypothesis prefers as it simplifies.
newest_first = st.integers(0, 3)
choice = st.sampled_from
amounts = choice(["all", "0.01", "5.05", "all", "1000.00"])
some_order = precondition(lambda machine: machine.actions.shop.orders)


class ShopMachine(RuleBasedStateMachine):
    def __init__(self, line: LocalGateway) -> None:
        super().__init__()
        self.actions = Actions(line)

    def teardown(self) -> None:
        self.actions.clear_away()

    @invariant()
    def the_database_is_as_the_model_says(self) -> None:
        found, expected = state_of_database(), state_of_model(self.actions.shop)
        for name, rows in expected.items():
            assert found[name] == rows, name

    @invariant()
    def the_audit_is_clean(self) -> None:
        assert_audit_clean()

    @initialize(
        done=st.lists(
            st.tuples(buyers, wares, st.integers(1, 2), st.integers(0, 4)), min_size=1, max_size=4
        )
    )
    def something_was_bought(self, done: list[tuple[int, int, int, int]]) -> None:
        for buyer, goods, nums, how_far in done:
            self.actions.buy(buyer, goods, nums, how_far)

    @rule(buyer=buyers, goods=wares, nums=st.integers(1, 2), how_far=st.integers(0, 4))
    def buy(self, **what: Any) -> None:
        self.actions.buy(**what)

    @rule(
        buyer=buyers, goods=wares, nums=st.integers(0, 5),
        how=choice(["add", "add as text", "patch", "put", "remove", "look"]),
    )  # fmt: skip
    def cart(self, buyer: int, goods: int, nums: int, how: str) -> None:
        if how.startswith("add"):
            self.actions.add_to_cart(buyer, goods, nums, as_text=how == "add as text")
        elif how == "remove":
            self.actions.remove_line(buyer, goods)
        elif how == "look":
            self.actions.look_at_the_cart(buyer)
        else:
            self.actions.change_line(buyer, goods, nums, how)

    @rule(
        buyer=buyers,
        shown=choice([None, "right", "right", "in floats", "0.01", "a cent more", "NaN", "x"]),
        what=choice(["cart", "some", "now", "now"]), goods=wares, nums=st.integers(1, 5),
        place=choice(list(PLACES)),
    )  # fmt: skip
    def checkout(self, **what: Any) -> None:
        self.actions.checkout(**what)

    @rule(
        minutes=choice([0, 1, 3, 10, 29, 30, 31]),
        then=choice(["", "sweep_holds", "sweep_orders", "reconcile"]),
    )
    def time_passes(self, minutes: int, then: str) -> None:
        self.actions.time_passes(minutes)
        if then:
            getattr(self.actions, then)()

    @some_order
    @rule(number=newest_first, what=choice(["cancel", "delete", "confirm", "reach", "look"]))
    def buyers_order(self, number: int, what: str) -> None:
        if what == "cancel":
            self.actions.cancel_order(number)
        elif what == "delete":
            self.actions.delete_order(number)
        elif what == "confirm":
            self.actions.confirm_receipt(number)
        elif what == "reach":
            self.actions.reach_for_anothers_order(number)
        else:
            self.actions.look_at_the_orders(number % BUYERS)

    @some_order
    @rule(
        number=newest_first, late=st.booleans(), fault=choice(["", "", "", *FAULTS]),
        reorder=st.booleans(), is_delivered=st.booleans(),
    )  # fmt: skip
    def pay(self, **what: Any) -> None:
        self.actions.pay(**what)

    @some_order
    @rule(number=newest_first, how=choice(["cashier", "return", "notice", "notice", "twice"]))
    def hear_of_the_payment(self, number: int, how: str) -> None:
        if how == "cashier":
            self.actions.open_the_cashier(number)
        elif how == "return":
            self.actions.come_back_from_the_cashier(number)
        else:
            self.actions.deliver(number, times=2 if how == "twice" else 1)

    @some_order
    @rule(
        number=newest_first, amount=amounts, pieces=choice([0, 1, 0, 2]),
        how=choice(["shop", "shop", "lost", "own page"]),
    )  # fmt: skip
    def refund(self, number: int, amount: str, pieces: int, how: str) -> None:
        if how == "own page":
            self.actions.refund_at_the_gateways_own_page(number, amount)
        else:
            self.actions.refund(number, amount, pieces, is_answer_lost=how == "lost")

    @some_order
    @rule(
        number=newest_first, amount=amounts, pieces=choice([0, 1, 2]),
        how=choice(["ask", "ask", "approve", "approve", "lost", "withdraw", "reject", "reach"]),
    )  # fmt: skip
    def after_sale(self, number: int, amount: str, pieces: int, how: str) -> None:
        if how == "ask":
            self.actions.ask_for_money(number, amount)
        elif how in ("approve", "lost"):
            self.actions.approve_request(number, amount, pieces, is_answer_lost=how == "lost")
        elif how == "withdraw":
            self.actions.withdraw_request(number)
        elif how == "reject":
            self.actions.reject_request(number)
        else:
            self.actions.reach_for_anothers_request(number)

    @some_order
    @rule(number=newest_first, what=choice(["ship", "ship", "dismiss", "arrive"]))
    def staff_and_order(self, number: int, what: str) -> None:
        if what == "arrive":
            self.actions.ten_days_pass_on_the_road()
        else:
            getattr(self.actions, what)(number)

    @rule(
        goods=wares, delta=st.integers(-3, 4), price=choice(["12.30", "5.05", "0.03", "0.00"]),
        what=choice(["stock", "stock", "price", "shelf", "freight"]),
    )  # fmt: skip
    def staff_and_goods(self, goods: int, delta: int, price: str, what: str) -> None:
        if what == "stock":
            self.actions.adjust_stock(goods, delta)
        elif what == "price":
            self.actions.change_price(goods, price)
        elif what == "freight":
            self.actions.change_freight(goods, price)
        else:
            self.actions.take_off_the_shelf_or_put_back(goods)

    @rule(
        number=newest_first,
        what=choice(["speaks", "silent", "speaks", "over", "stray", "another's"]),
    )
    def the_gateway(self, number: int, what: str) -> None:
        if what == "over":
            self.actions.the_time_for_refunds_ends(number)
        elif what in ("stray", "another's"):
            self.actions.stray_money(number, of_another=what == "another's")
        else:
            self.actions.gateway_falls_silent_or_speaks(what == "silent")
