"""Motifs: each draws one product as a hero, a close-up and loose pieces."""

from . import (  # noqa: F401  (importing registers the motifs)
    bottles,
    dairy,
    deli,
    fish,
    fruit,
    meat,
    mushrooms,
    poultry,
    roots,
    shellfish,
    staples,
    tropical,
    vegetables,
)
from .base import MOTIFS, Kit, Looks

__all__ = ["MOTIFS", "Kit", "Looks"]
