"""The staff's view of accounts, one module per page."""

from . import buyers, codes, roles, staff

__all__ = ["buyers", "codes", "roles", "staff"]
