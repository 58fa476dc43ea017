"""The staff's view of the catalogue, one module per subject."""

from . import categories, goods, imports, index_page, stock

__all__ = ["categories", "goods", "imports", "index_page", "stock"]
