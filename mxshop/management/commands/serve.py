import os
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV
from whitenoise.runserver_nostatic.management.commands.runserver import Command as RunServer

from demo.addresses import addresses
from utils.db.charset import charset_faults
from utils.db.refusals import database_refusal


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
        self._prepare()
        jobs = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "manage.py", "run_jobs", "--forever", "--parent", str(os.getpid())],
            cwd=settings.BASE_DIR,
        )
        try:
            super().handle(*args, **options)
        finally:
            # Without this they would end a second later, by --parent.
            jobs.terminate()

    def on_bind(self, server_port: int) -> None:
        self.stdout.write("\n".join(["", *addresses(self.origin), "", "  Ctrl-C stops the shop."]))
        self.stdout.flush()

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
