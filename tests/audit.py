"""The audit of the shop, for tests of whatever moves stock or money."""

from utils.db.audit import audit


def broken() -> dict[str, list[str]]:
    """Return the names of the invariants that are broken, each with its breaches."""
    return {check.name: check.breaches for check in audit() if check.breaches}


def assert_audit_clean() -> None:
    found = broken()
    assert not found, found
