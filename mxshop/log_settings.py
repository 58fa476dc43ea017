"""What log lines look like. Each names the request, or the sweep, that it is about."""

from typing import Any

FORMATS = ("line", "json")
FORMATTERS: dict[str, dict[str, Any]] = {
    "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(correlation_id)s] %(message)s"},
    # One object per line: time (UTC), level, logger, request_id, message; trace with an error.
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": "%(levelname)s %(name)s %(correlation_id)s %(message)s",
        "rename_fields": {
            "levelname": "level", "name": "logger", "correlation_id": "request_id",
            "exc_info": "trace",
        },
        "timestamp": "time",
        "json_ensure_ascii": False,
    },
}  # fmt: skip

# django-guid takes the id that the proxy gave a request, else makes one, and returns it.
REQUEST_IDS: dict[str, Any] = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "EXPOSE_HEADER": False,  # corsheaders writes that header
}


def log_config(*, level: str, form: str) -> dict[str, Any]:
    """Return LOGGING: what is of ``level`` and above, to the console, in one of FORMATS."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "utils.config.request_ids.RequestIdFilter"}},
        "formatters": {form: FORMATTERS[form]},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler", "formatter": form, "filters": ["request_id"],
            },
            "error_counter": {"class": "utils.metrics.log_handler.ErrorCounter"},
        },
        "root": {"handlers": ["console", "error_counter"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
            # It says of each request whether it had an id, and quotes one that it cannot use.
            "django_guid": {"level": "ERROR"},
        },
    }  # fmt: skip
