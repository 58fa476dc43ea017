"""The index of the search: built, kept up with the goods, compared with them (docs/search.md)."""
