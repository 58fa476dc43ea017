"""Invariants of carts, orders and money (docs/audit.md)."""

from collections.abc import Iterator

from utils.db.audit import Check

from . import money, orders, stock


def checks() -> Iterator[Check]:
    yield from stock.checks()
    yield from orders.checks()
    yield from money.checks()
