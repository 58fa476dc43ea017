"""What the worst uploads cost: CPU and memory of judging each, in a fresh process.

    python -m bench uploads [--size MB] [--old FILE] [NAME ...]

``--old`` measures another ``file_suffix(content)`` beside it, from a module's file (such as that of
an older revision: ``git show 212a026:utils/file_types.py > /tmp/old.py``), which is stopped after
30 s. Linux only. Seconds are CPU time, of the fastest of three runs. Memory is what the peak of
the resident set grew by while the file was judged, with the mapped pages that were read.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[2]
RUNS = 3


def measure(name: str, size: int, old: str) -> dict[str, Any]:
    """Judge one file in this process and say what it took."""
    from django.conf import settings

    settings.configure(USE_I18N=False)
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from utils.uploads.file_types import upload_suffix
    from utils.uploads.refusals import FileRefusedError

    judge, refused = upload_suffix, FileRefusedError
    if old:
        spec = importlib.util.spec_from_file_location("old_file_types", old)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        judge = lambda upload: module.file_suffix(upload.read())  # noqa: E731
        refused = module.FileRefusedError

    with TemporaryUploadedFile("x", "", 0, None) as upload:
        # Made by another process, so that its memory is not counted here.
        code = (
            f"from bench.tools.uploads import build; build({name!r}, {size}, {upload.file.name!r})"
        )
        subprocess.run([sys.executable, "-c", code], cwd=TOP, check=True)
        upload.size = Path(upload.file.name).stat().st_size
        before = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        seconds, answer = [], ""
        for _run in range(1 if old else RUNS):
            upload.seek(0)
            start = time.process_time()
            try:
                answer = judge(upload)
            except refused as error:
                answer = str(error.args[0])
            seconds.append(time.process_time() - start)
        peak = resident("VmHWM") - before
        return {"size": upload.size, "cpu": min(seconds), "kb": peak, "answer": answer}


def resident(name: str) -> int:
    """Return a figure of this process's memory, in kilobytes."""
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])


def build(name: str, size: int, path: str) -> None:
    from django.conf import settings

    settings.configure(USE_I18N=False)
    Path(path).write_bytes(builders()[name](size))


def builders() -> dict[str, Any]:
    from tests.hostile_files import HOSTILE, scans_jpeg

    found = {name: builder for name, (builder, _answer) in HOSTILE.items()}
    # The one that stopped the shop: 49 megapixels.
    return {**found, "jpeg of 9,000 scans": lambda _size: scans_jpeg(9_000, 7_000)}


def in_a_process(name: str, size: int, old: str) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "bench.tools.uploads", "--one", name, "--bytes", str(size)]
    command += ["--old", old] if old else []
    try:
        done = subprocess.run(
            command, cwd=TOP, capture_output=True, text=True, timeout=30, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def cells(found: dict[str, Any] | None) -> str:
    if found is None:
        return f"{'> 30':>8}{'':8}  (stopped)"
    return f"{found['cpu']:8.3f}{found['kb'] / 1024:8.1f}  {found['answer'][:24]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, usage="%(prog)s [options] [NAME ...]")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--size", type=float, default=10)
    parser.add_argument("--old", default="")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    parser.add_argument("--bytes", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.bytes, options.old)))
        return
    from django.conf import settings

    settings.configure(USE_I18N=False)
    size = int(options.size * 2**20)
    print(f"{'':34}{'MB':>6}{'CPU s':>8}{'peak MB':>8}")
    for name in options.names or builders():
        found = in_a_process(name, size, "")
        assert found
        print(f"{name:34}{found['size'] / 2**20:6.1f}{cells(found)}", flush=True)
        if options.old:
            print(f"{'  before':40}{cells(in_a_process(name, size, options.old))}", flush=True)


if __name__ == "__main__":
    main()
