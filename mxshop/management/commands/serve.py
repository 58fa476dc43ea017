import os
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV
from whitenoise.runserver_nostatic.management.commands.runserver import Command as RunServer

from demo.addresses import addresses
from mxshop.storefront.sources import sources_hash
from mxshop.storefront.state import SERVED, places
from utils.db.charset import charset_faults
from utils.db.refusals import database_refusal


def _run_beside(beside: ExitStack, *command: str) -> None:
    """Start a command of ours that ends when ``beside`` is closed, and when this process ends."""
    program = subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "manage.py", *command, "--parent", str(os.getpid())],
        cwd=settings.BASE_DIR,
    )
    # Without this it would end a second later, by --parent.
    beside.callback(program.terminate)


class Command(RunServer):
    """What bin/serve runs. The reloader starts this a second time, as the server itself."""

    help = "Prepare the demo shop, do its background work, and serve it on a developer's machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--origin", help="how a browser on this machine reaches the shop")

    def handle(self, *args: Any, **options: Any) -> None:
        self.origin = options["origin"] or f"http://{options['addrport'] or '127.0.0.1:8000'}"
        if os.environ.get(DJANGO_AUTORELOAD_ENV) == "true":
            super().handle(*args, **options)
            return
        with ExitStack() as beside:
            # The demo's data are prepared meanwhile.
            self._build_storefront(beside)
            self._prepare()
            _run_beside(beside, "run_jobs", "--forever")
            _run_beside(beside, "run_tasks")
            super().handle(*args, **options)

    def on_bind(self, server_port: int) -> None:
        self.stdout.write("\n".join(["", *addresses(self.origin), "", "  Ctrl-C stops the shop."]))
        self.stdout.flush()

    def _build_storefront(self, beside: ExitStack) -> None:
        """Start the build of the shop's pages, unless they are built or not wanted."""
        if settings.FRONTEND_DIR is not None:
            return
        os.environ[SERVED] = sources = sources_hash()
        if settings.STOREFRONT_BUILD and not places().is_built(sources):
            _run_beside(beside, "build_storefront")

    def _prepare(self) -> None:
        for line in settings.UNKNOWN_VARIABLES:
            self.stderr.write(line)
        try:
            faults = charset_faults(connection)
            if not faults:
                call_command("prepare_demo", stdout=self.stdout)
        except DatabaseError as error:
            faults = [database_refusal(error, connection.settings_dict)]
        except OSError as error:
            faults = [f"{error.filename or 'The demo'} cannot be written ({error.strerror})."]
        finally:
            connection.close()
        if faults:
            sys.exit("\n".join(faults))
