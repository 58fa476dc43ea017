"""Settings from the environment: typed, with a range, and all faults at once.

Imports no Django settings, because the settings are made with it.
"""

import builtins
import difflib
import math
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE = ("true", "1", "yes", "on", "y", "ok")
FALSE = ("false", "0", "no", "off", "n")
_MAX_SHOWN = 60
Network = IPv4Network | IPv6Network
_ALIKE = 0.85  # of 1: how close a name has to come to one of ours to be a slip of the pen


class Environment:
    """Reads variables; what is wrong with them is kept, one line each, until ``refuse()``.

    A reader of a wrong value returns its default, so that the lines after it can be read as
    well. ``names`` are the variables that were asked for, ``faults`` the lines so far. A value
    is quoted in its line only by the readers of kinds that hold no secrets (numbers, booleans,
    choices). A variable that is set to nothing counts as absent.
    """

    def __init__(self, variables: Mapping[str, str], file: Path | None = None) -> None:
        self.faults: list[str] = []
        self.names: set[str] = set()
        self.in_file = self._read_file(file)
        self._variables = dict(variables)
        self._values = {k: v for k, v in {**self.in_file, **variables}.items() if v}

    def __call__(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return self._values.get(name, default)

    def fault(self, line: str) -> None:
        """Keep a line that says which variable is wrong, why, and what to write."""
        if line not in self.faults:
            self.faults.append(line)

    def refuse(self) -> None:
        """Raise ImproperlyConfigured with one line per fault, if there is any."""
        if self.faults:
            raise ImproperlyConfigured("\n".join(self.faults))

    def bool(self, name: str, default: builtins.bool) -> builtins.bool:
        text = self(name).strip().lower()
        if text in TRUE:
            return True
        if text and text not in FALSE:
            self.fault(f"{name}={_shown(self(name))} is not a boolean: write true or false.")
            return default
        return default if not text else False

    def int(
        self,
        name: str,
        default: builtins.int,
        *,
        at_least: builtins.int = 0,
        at_most: builtins.int = 1_000_000_000,
    ) -> builtins.int:
        text = self(name).strip()
        if not text:
            return default
        try:
            number = builtins.int(text)
        except ValueError:
            number = None
        if number is None or not at_least <= number <= at_most:
            self.fault(
                f"{name}={_shown(text)} is not a whole number from {at_least} to {at_most}: "
                f"write one, such as {default}."
            )
            return default
        return number

    def float(
        self,
        name: str,
        default: builtins.float,
        *,
        at_least: builtins.float = 0,
        at_most: builtins.float = 1e9,
    ) -> builtins.float:
        text = self(name).strip()
        if not text:
            return default
        try:
            number = builtins.float(text)
        except ValueError:
            number = math.nan
        if not at_least <= number <= at_most:
            self.fault(
                f"{name}={_shown(text)} is not a number from {at_least:g} to {at_most:g}: "
                f"write one, such as {default:g}."
            )
            return default
        return number

    def list(self, name: str, default: Iterable[str] = ()) -> builtins.list[str]:
        """Return the parts between commas, without spaces around them."""
        text = self(name)
        if not text:
            return [*default]
        return [part.strip() for part in text.split(",") if part.strip()]

    def networks(self, name: str, default: Iterable[str]) -> builtins.list[Network]:
        """Return the addresses and networks between commas; "none" is no address at all."""
        texts = self.list(name, default)
        if texts == ["none"]:
            return []
        found: builtins.list[Network] = []
        for text in texts:
            try:
                found.append(ip_network(text))
            except ValueError:
                self.fault(
                    f"{name}: {_shown(text)} is not an address or a network: write such as "
                    "10.0.0.0/8 or 192.0.2.7."
                )
        return found

    def choice(self, name: str, default: str, choices: Iterable[str]) -> str:
        """Return one of ``choices``, which are told apart by case."""
        value = self(name, default)
        if value not in choices:
            *others, last = choices
            self.fault(f"{name} must be {', '.join(others)} or {last}, not {_shown(value)}.")
            return default
        return value

    def path(self, name: str, default: Path) -> Path:
        """Return an absolute path; ``~`` is the home folder."""
        text = self(name)
        if not text:
            return default
        try:
            path = Path(text).expanduser().absolute()
            path.exists()  # raises for what no path can be, and behind a closed folder
        except (OSError, RuntimeError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            self.fault(f"{name}={_shown(text)} cannot be used ({why}): write another path.")
            return default
        return path

    def misspelt(self, *, also: Iterable[str] = ()) -> builtins.list[str]:
        """Return a line for each variable that nobody reads: call it after the last reader.

        In the file that is every name but ``also``; in the environment, where other programs
        have their names too, only those that look like one of ours.
        """
        known = self.names | {*also}
        lines = []
        for name in sorted({*self.in_file, *self._variables} - known):
            [near] = difflib.get_close_matches(name, self.names, n=1, cutoff=_ALIKE) or [""]
            if near:
                lines.append(f"{name} is not a variable of the shop: did you mean {near}?")
            elif name in self.in_file:
                lines.append(f"{name} in .env is not a variable of the shop (see .env.example).")
        return lines

    def _read_file(self, path: Path | None) -> dict[str, str]:
        if path is None or not path.exists():
            return {}
        found: dict[str, str] = {}

        class FileReader(environ.Env):  # it keeps what it reads in its class
            ENVIRON = found

        try:
            with path.open(encoding="utf-8-sig") as file:
                FileReader.read_env(file)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None)
            self.fault(
                f"{path} cannot be read ({why}): chmod or chown it for the shop's user."
                if why
                else f"{path} is not UTF-8: save it as such."
            )
        return found


def _shown(text: str) -> str:
    short = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
    return repr(short)
