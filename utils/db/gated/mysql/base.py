from django.db.backends.mysql import base

from utils.db.gate import GatedConnection


class DatabaseWrapper(GatedConnection, base.DatabaseWrapper):
    """Django's own, behind the gate."""
