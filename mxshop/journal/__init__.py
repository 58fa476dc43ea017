"""The journal of what staff change (docs/journal.md): its writing, its words and its page."""
