"""The staff's view of the catalogue, one module per subject."""

from . import categories, goods, index_page, stock

__all__ = ["categories", "goods", "index_page", "stock"]
