"""Background work and the audit beside a running server."""

from .stack import Shop, expect


def check(shop: Shop) -> None:
    shop.manage("run_jobs", "--once")
    expect("run_jobs --once runs every sweep beside the server", True)
    shop.manage("run_tasks", "--once")
    expect("run_tasks --once carries out what waits beside the server", True)
    report = shop.manage("audit_shop").splitlines()
    expect("audit_shop finds every invariant kept", report and "BROKEN" not in str(report), report)
