"""What staff change: who, when, and from which value to which, in the transaction of the change.

A model says which columns are watched (``tracking.Tracked``); whatever writes one of them through
``save()``, ``QuerySet.update()`` or ``utils.db.row_updates`` writes the journal, too. Where entries
are kept is the project's business (``entries.journal_connect``).
"""
