from django.db.backends.sqlite3 import base

from utils.db.gate import GatedConnection


class DatabaseWrapper(GatedConnection, base.DatabaseWrapper):
    """Django's own, behind the gate."""
