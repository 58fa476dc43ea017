"""What each process counts. Labels have few values: a label of free text would grow for ever."""

from prometheus_client import Counter, Histogram

# Seconds; harakiri ends a request after 30.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter(
    "mxshop_http_requests", "Requests answered, by route, method and status.",
    ["route", "method", "status"],
)  # fmt: skip
SECONDS = Histogram(
    "mxshop_http_request_seconds", "Seconds from a request to its answer, by route.",
    ["route"], buckets=BUCKETS,
)  # fmt: skip
ERRORS = Counter(
    "mxshop_errors_logged", "Log lines of level ERROR and CRITICAL, by logger.", ["logger"]
)
SMS = Counter("mxshop_sms", "Text messages, by outcome: sent, refused, unreachable.", ["outcome"])
GATEWAY_CALLS = Counter(
    "mxshop_gateway_calls",
    "Calls of the payment gateway, by method and outcome: answered, refused, unreachable, forged, "
    "not_asked, failed.",
    ["method", "outcome"],
)
