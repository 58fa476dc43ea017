"""Error monitoring that learns of no password, token, code, mobile or address."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import sentry_sdk
from sentry_sdk.scrubber import EventScrubber

from .scrub_patterns import DENIED_NAMES
from .scrubbing import Scrubber


def sentry_start(
    *, dsn: str, environment: str, traces_sample_rate: float, secrets: Iterable[str] = ()
) -> None:
    """Send errors of this process to ``dsn``, scrubbed; ``secrets`` are the shop's own.

    Nothing of a request but its method, path and a few headers is sent, and no variable of a
    frame. A scrubber that fails drops the event: Sentry's SDK sends nothing then.
    """
    scrubber = Scrubber(secrets)
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        traces_sample_rate=traces_sample_rate,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        event_scrubber=EventScrubber(denylist=sorted(DENIED_NAMES), recursive=True),
        before_send=lambda event, hint: _tagged(scrubber.event(event, hint)),
        before_send_transaction=scrubber.event,
        before_breadcrumb=scrubber.breadcrumb,
        # Alipay and the SMS provider have no use for our trace's headers.
        trace_propagation_targets=[],
    )


def _tagged(event: Any) -> Any:
    """Name the request, or the sweep, as its log lines and its answer do."""
    from .request_ids import request_id

    if named := request_id():
        event.setdefault("tags", {})["request_id"] = named
    return event


def secrets_of(database: dict[str, Any], *others: str) -> list[str]:
    """Return the database's password and ``others``, of an address the password alone."""
    passwords = (urlsplit(text).password or "" if "://" in text else text for text in others)
    return [secret for secret in (str(database.get("PASSWORD") or ""), *passwords) if secret]
