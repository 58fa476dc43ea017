"""Invariants of carts, orders and money (docs/audit.md)."""

from collections.abc import Iterator

from utils.db.audit import Check

from . import closed_accounts, money, orders, stock


def checks() -> Iterator[Check]:
    yield from stock.checks()
    yield from orders.checks()
    yield from closed_accounts.checks()
    yield from money.checks()
