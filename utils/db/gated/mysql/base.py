from django.db.backends.mysql import base

from utils.db.gate import GatedConnection
from utils.db.quick_times import QuickTimesConnection
from utils.db.reconnecting import ReconnectingConnection


class DatabaseWrapper(
    GatedConnection, ReconnectingConnection, QuickTimesConnection, base.DatabaseWrapper
):
    """Django's own, behind the gate, which survives the loss of a connection."""
