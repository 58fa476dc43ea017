"""Exit 0 when the packages that a requirements file pins are there with all their files.

    .venv/bin/python bin/installed.py requirements.txt

Else one line on stderr names what is missing. It needs the standard library alone, because
anything else may be what is missing.
"""

import csv
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==[^;]*(;?)")


def main(requirements: Path) -> int:
    folder = Path(sysconfig.get_path("purelib"))
    for problem in problems(requirements, folder):
        sys.stderr.write(f".venv is damaged: {problem}.\n")
        return 1
    return 0


def problems(requirements: Path, site_packages: Path) -> Iterator[str]:
    """Yield what is missing of the packages that are pinned."""
    records = {_normal(path.name.split("-")[0]): path for path in site_packages.glob("*.dist-info")}
    for line in requirements.read_text(encoding="utf-8").splitlines():
        pin = _PIN.match(line.split("#")[0].strip())
        if pin is None:
            continue
        name, is_conditional = _normal(pin[1]), bool(pin[2])
        if name in records:
            yield from _missing_files(name, records[name] / "RECORD", site_packages)
        elif not is_conditional:
            yield f"{name} is missing"


def _missing_files(name: str, record: Path, site_packages: Path) -> Iterator[str]:
    try:
        rows = [*csv.reader(record.read_text(encoding="utf-8").splitlines())]
    except OSError:
        yield f"{name} is half installed"
        return
    for row in rows:
        file, size = row[0], row[2] if len(row) > 2 else ""
        if "__pycache__" in file:
            continue
        try:
            seen = (site_packages / file).stat().st_size
        except OSError:
            yield f"{name} lacks {file}"
            return
        if size and seen < int(size):
            yield f"{name} has only a part of {file}"
            return


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
