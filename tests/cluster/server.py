"""What the processes of a shop do, which are forked from one that has imported it."""

import sys

from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from .pauses import pause_behind_locks
from .unguarded import unguard


class _Server(ThreadedWSGIServer):
    request_queue_size = 128  # a crowd knocks at once; Django's own queue is of ten
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: the test counts the answers."""


def serve(database: str, node: str, site: str, port: str, *arguments: str) -> None:
    """Serve the shop on a database at the node of this port; ``unguarded`` may follow."""
    from mxshop.wsgi import application

    move(database, node, site)
    pause_behind_locks()
    if "unguarded" in arguments:
        unguard()
    server = _Server(("127.0.0.1", int(port)), _Quiet, ipv6=False)
    server.set_app(application)
    server.serve_forever()


def sweep(database: str, node: str, site: str) -> None:
    """Run every sweep once."""
    move(database, node, site)
    call_command("run_jobs", once=True)
    sys.exit("run_jobs ends by itself")


def move(database: str, node: str, site: str) -> None:
    """Let this process be one of the shop at this database, whose address is ``site``."""
    connections.settings["default"] |= {"NAME": database, "PORT": node}
    settings.SITE_URL = site
    settings.ALIPAY_GATEWAY_URL = gateway_url(site)


def gateway_url(site: str) -> str:
    return f"{site}/alipay-sandbox/gateway.do"
