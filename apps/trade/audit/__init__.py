"""Invariants of carts, orders and money (docs/audit.md)."""

from collections.abc import Iterator

from utils.db.audit import Check

from . import after_sale, closed_accounts, delivery, money, orders, stock


def checks() -> Iterator[Check]:
    yield from stock.checks()
    yield from orders.checks()
    yield from delivery.checks()
    yield from closed_accounts.checks()
    yield from money.checks()
    yield from after_sale.checks()
