import os
import signal
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mxshop.storefront.building import BuildError, storefront_build
from mxshop.storefront.node import REQUIREMENTS
from mxshop.storefront.places import Failure, Places, StopBuildError

REASONS = {
    "no_node": "Node.js 20.19 or newer is not on the PATH, and could not be installed from PyPI "
    "(pip install -r {node})",
    "offline": "npm's registry does not answer (npm_config_registry=https://... names a mirror)",
    "failed": "the build failed",
}
STOPPED = 130  # as a shell says of a program that Ctrl-C ended


class Command(BaseCommand):
    help = (
        "Build the pages of the shop's own front (storefront/), unless they are built already."
        " In production, run collectstatic after this."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--parent", type=int, metavar="PID",
            help="stop when the parent process is no longer this one",
        )  # fmt: skip

    def handle(self, *args: Any, parent: int | None, **options: Any) -> None:
        if settings.FRONTEND_DIR is not None:
            self.stdout.write("FRONTEND_DIR is set: the shop's own front is not shown.")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler)
        if parent is not None:
            os.nice(5)  # the server beside it answers first
        started = time.monotonic()
        places = Places(settings.STOREFRONT_DIR)
        try:
            build = storefront_build(
                places,
                environment=os.environ,
                should_continue=lambda: parent is None or os.getppid() == parent,
            )
        except BuildError as error:
            self._explain(error.failure, places)
        except OSError as error:
            sys.exit(
                f"STOREFRONT_DIR={places.folder} cannot be used ({error.strerror}): write a folder "
                "that this user may write to."
            )
        except (KeyboardInterrupt, StopBuildError):
            with suppress(OSError):
                self.stderr.write("The build of the shop's pages was stopped.")
            sys.exit(STOPPED)
        else:
            self.stdout.write(
                f"The shop's pages are built ({time.monotonic() - started:.0f} s): {build}"
            )

    def _explain(self, failure: Failure, places: Places) -> None:
        for line in failure.lines:
            self.stderr.write(f"  {line}")
        reason = REASONS[failure.code].format(node=REQUIREMENTS)
        sys.exit(f"The shop's pages are not built: {reason}. The log is {places.log}.")
