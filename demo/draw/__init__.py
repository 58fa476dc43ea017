"""Draws every picture of the demo shop from the catalogue's ``art`` tables."""
