"""Numbers of the environment, checked. Imports no settings, because the settings need it."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured


def positive_int(env: Any, name: str, *, default: int, at_most: int) -> int:
    """Return a whole number from 1 to ``at_most``; raises ImproperlyConfigured naming it."""
    text = env(name, default=str(default))
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= at_most:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from 1 to {at_most}, not {text!r}."
        )
    return number


def positive_float(env: Any, name: str, *, default: float, at_most: float) -> float:
    """Return a number above 0, up to ``at_most``; raises ImproperlyConfigured naming it."""
    text = env(name, default=str(default))
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= at_most:  # "nan" is in no range
        raise ImproperlyConfigured(f"{name} must be above 0, up to {at_most}, not {text!r}.")
    return number
