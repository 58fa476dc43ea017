from django.db.backends.mysql import base

from utils.db.gate import GatedConnection
from utils.db.reconnecting import ReconnectingConnection


class DatabaseWrapper(GatedConnection, ReconnectingConnection, base.DatabaseWrapper):
    """Django's own, behind the gate, which survives the loss of a connection."""
