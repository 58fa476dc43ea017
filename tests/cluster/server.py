"""Serve the shop of this environment: ``python -m tests.cluster.server PORT [unguarded]``."""

import sys

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from mxshop.wsgi import application

from .unguarded import unguard


class _Server(ThreadedWSGIServer):
    request_queue_size = 128  # a crowd knocks at once; Django's own queue is of ten
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: the test counts the answers."""


def main() -> None:
    if "unguarded" in sys.argv:
        unguard()
    server = _Server(("127.0.0.1", int(sys.argv[1])), _Quiet, ipv6=False)
    server.set_app(application)
    server.serve_forever()


if __name__ == "__main__":
    main()
