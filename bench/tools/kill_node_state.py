"""What tells the stack's haproxy which nodes take statements."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pymysql

from bench.lab.galera import Node


class NodeState:
    """Tells haproxy whether a node takes statements: an address of its own for each node.

    ``is_leaving``: the node is about to be stopped, as deploy/cluster/node_state.sh says.
    """

    def __init__(self, node: Node, *, is_alone: bool) -> None:
        self.is_leaving = False
        state = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(ConnectionError):  # haproxy has waited long enough
                    is_up = not state.is_leaving and is_ready(node, is_alone=is_alone)
                    self.send_response(200 if is_up else 503)
                    self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Write nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()


def is_ready(node: Node, *, is_alone: bool) -> bool:
    """Return whether a node answers, and belongs to the majority, within a second."""
    try:
        connection = pymysql.connect(
            host="127.0.0.1", port=node.port, user="root", connect_timeout=1, read_timeout=0.9
        )
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'wsrep_ready'")
            return is_alone or dict(cursor.fetchall()).get("wsrep_ready") == "ON"
    except (OSError, pymysql.MySQLError):
        return False
