"""The load benchmark of the catalogue; see README.md."""
