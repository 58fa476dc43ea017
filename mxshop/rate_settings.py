"""How often something may be done: a rate such as ``30/min``, or ``off``, for each scope."""

from utils.config.environment import Environment

# Requests by scope (utils/limits/throttling.py). A home page makes 8 of them, and behind one
# address of a mobile network there are many phones.
_THROTTLES = {
    "anon": "1200/min",
    "user": "600/min",
    "code": "30/min",
    "login": "30/min",
    "login_account": "60/hour",
    "register": "30/min",
    "reset": "30/min",
    "social": "30/min",
    "checkout": "60/min",
    "search": "120/min",
    "upload": "20/min",
}
# Codes sent at most: asked for by one address, and in all. A carrier puts many phones behind
# one address.
_CODES = {
    "address": "120/hour",
    "shop": "1000/hour",
}


def throttle_rates(env: Environment) -> dict[str, str]:
    """Return the rate of each scope of requests: THROTTLE_<SCOPE>, or its default."""
    return _rates(env, "THROTTLE", _THROTTLES)


def sms_rates(env: Environment) -> dict[str, str]:
    """Return the rate of codes by address and in all: SMS_PER_<SCOPE>, or its default."""
    return _rates(env, "SMS_PER", _CODES)


def _rates(env: Environment, prefix: str, defaults: dict[str, str]) -> dict[str, str]:
    return {scope: env(f"{prefix}_{scope.upper()}", rate) for scope, rate in defaults.items()}
