"""The build of the shop's own front: once per content, whole or not at all, and it says why not."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import call_command
from django.test import override_settings

from mxshop.storefront import node
from mxshop.storefront.building import KEPT, BuildError, storefront_build
from mxshop.storefront.places import Failure, Places, StopBuildError
from mxshop.storefront.sources import sources_hash

from .shop_settings import TOP, with_keys
from .toy_front import ToyFront

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

BUILT = ["npm ci", "npm run"]
# Seconds that a busy machine may take; nothing waits longer than it must.
PATIENCE = 60


@pytest.fixture
def toy(tmp_path: Path) -> ToyFront:
    return ToyFront(tmp_path)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "storefront")


def build(places: Places, toy: ToyFront, **environment: str) -> Path:
    return storefront_build(
        places, environment=toy.environment | environment, folder=toy.sources
    )  # fmt: skip


def wait_until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_each_content_is_built_once(places: Places, toy: ToyFront) -> None:
    first = build(places, toy)
    assert (first / "index.html").read_text() == "<title>toy</title>"
    # A variable of the machine does not decide what a page asks.
    assert (first / "variables").read_text() == "\n"
    assert toy.calls == BUILT
    for name in ("README.md", "src/cart.test.ts", ".env", "src/api/schema.d.ts", "dist/old.js"):
        (toy.sources / name).parent.mkdir(exist_ok=True)
        (toy.sources / name).touch()
    assert build(places, toy) == first
    (toy.sources / "src" / "main.ts").write_text("2")
    second = build(places, toy)
    assert second != first
    # The same packages are not installed again.
    assert toy.calls == [*BUILT, "npm run"]
    (toy.sources / "src" / "main.ts").write_text("1")
    assert build(places, toy) == first
    (toy.sources / "package-lock.json").write_text('{"a": 1}')
    build(places, toy)
    assert toy.calls == [*BUILT, "npm run", *BUILT]


def test_old_builds_go_and_those_in_use_stay(places: Places, toy: ToyFront) -> None:
    first = build(places, toy)
    for number in range(KEPT + 2):
        (toy.sources / "src" / "main.ts").write_text(f"{number} again")
        build(places, toy)
        os.utime(first)  # what a shop that starts with this build does
    assert first.exists()
    assert len([*places.builds.iterdir()]) == KEPT + 1


def test_several_at_once_make_one(places: Places, toy: ToyFront) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(build, places, toy, SLOW="0.3") for _ in range(3)]
        [made] = {each.result() for each in waiting}
    assert (made / "index.html").exists()
    assert toy.calls == BUILT


def test_a_fault_of_the_sources(places: Places, toy: ToyFront) -> None:
    with pytest.raises(BuildError) as refusal:
        build(places, toy, BROKEN="1")
    failure = refusal.value.failure
    assert (failure.code, failure.lines[-1]) == ("failed", "src/main.ts: this is not TypeScript")
    assert places.failure(sources_hash(toy.sources)) == failure
    assert "this is not TypeScript" in places.log.read_text()
    assert not places.builds.exists()
    assert build(places, toy).exists()
    assert places.failure(sources_hash(toy.sources)) is None


def test_no_network(places: Places, toy: ToyFront) -> None:
    with pytest.raises(BuildError) as refusal:
        build(places, toy, OFFLINE="1")
    assert refusal.value.failure == Failure("offline", ["npm error code ENOTFOUND"])


@pytest.mark.parametrize(
    ("version", "is_right"),
    [("v18.20.4", False), ("v20.18.9", False), ("v20.19.0", True), ("v21.7.3", False),
     ("v22.11.0", False), ("v22.12.0", True), ("v24.19.0", True), ("", False)],
)  # fmt: skip
def test_which_node_will_do(version: str, is_right: bool) -> None:
    assert node.is_new_enough(version) is is_right


@pytest.mark.parametrize("version", ["v18.20.4", "nonsense"])
def test_node_comes_from_pypi_where_it_is_missing(
    places: Places, toy: ToyFront, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(venv))
    monkeypatch.setattr(sys, "executable", str(venv / "bin" / "python"))
    (tmp_path / "tools" / "node").write_text(f"#!/bin/sh\necho {version}\n")
    uv = tmp_path / "tools" / "uv"
    uv.write_text('#!/bin/sh\necho "uv $*" >>"$CALLS"\necho "Connection refused"\nexit 2\n')
    uv.chmod(0o755)
    with pytest.raises(BuildError) as refusal:
        build(places, toy)
    assert refusal.value.failure.code == "no_node"
    assert refusal.value.failure.lines[-1] == "Connection refused"
    asked = f"uv pip install --python {venv}/bin/python"
    requirements = f"-r {TOP}/storefront/node.txt"
    assert toy.calls == [f"{asked} {requirements}"]
    # What the installer brings is used.
    uv.write_text(f"""#!/bin/sh
        echo "uv $*" >>"$CALLS"
        printf '#!/bin/sh\\necho v24.19.0' >{venv}/bin/node
        cp {tmp_path}/tools/npm {venv}/bin && chmod +x {venv}/bin/node
    """)
    mirror = "https://mirror.example/simple"
    assert build(places, toy, PIP_INDEX_URL=mirror).exists()
    assert toy.calls[1:] == [f"{asked} --default-index {mirror} {requirements}", *BUILT]


def test_damaged_packages_are_installed_again(places: Places, toy: ToyFront) -> None:
    build(places, toy)
    (places.workshop / "node_modules" / "vite").unlink()
    (toy.sources / "src" / "main.ts").write_text("2")
    assert build(places, toy).exists()
    assert toy.calls == [*BUILT, "npm run", "npm ci", "npm run"]


def test_a_stopped_build_leaves_nothing(places: Places, toy: ToyFront) -> None:
    with pytest.raises(StopBuildError):
        storefront_build(
            places, environment=toy.environment | {"SLOW": "60"}, folder=toy.sources,
            should_continue=lambda: toy.slow_process() is None,
        )  # fmt: skip
    npm = toy.slow_process()
    assert npm
    assert not is_running(npm)
    assert not places.builds.exists()
    assert not places.is_building()
    assert build(places, toy).exists()


def command(tmp_path: Path, toy: ToyFront, **own: str) -> "subprocess.Popen[str]":
    environment = toy.environment | {
        "DEBUG": "true", "VAR_DIR": str(tmp_path / "var"), "MEDIA_ROOT": str(tmp_path / "media"),
        "STOREFRONT_DIR": str(tmp_path / "storefront"),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "manage.py", "build_storefront"], cwd=TOP, env=environment | own,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def said_by_command(toy: ToyFront, folder: Path, **own: str) -> tuple[int, str, str]:
    """Run the command here; return its exit code, and what a process would have printed."""
    out, err, code = StringIO(), StringIO(), 0
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    with (
        mock.patch.dict(os.environ, toy.environment | own, clear=True),
        override_settings(STOREFRONT_DIR=folder, FRONTEND_DIR=None),
    ):
        try:
            call_command("build_storefront", stdout=out, stderr=err)
        except SystemExit as end:
            code = 1
            err.write(f"{end.code}\n")
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return code, out.getvalue(), err.getvalue()


def test_the_command(tmp_path: Path, toy: ToyFront, places: Places) -> None:
    with_keys(tmp_path / "var")
    with command(tmp_path, toy, SLOW="60") as stopped:
        wait_until(toy.slow_process)
        assert places.is_building()
        stopped.send_signal(signal.SIGINT)
        said = stopped.communicate(timeout=PATIENCE)
    assert (stopped.returncode, *said) == (130, "", "The build of the shop's pages was stopped.\n")
    assert not places.builds.exists()
    # Killed, it cannot stop npm: the next one waits for npm to end.
    first = toy.slow_process()
    with command(tmp_path, toy, SLOW="60") as killed:
        wait_until(lambda: toy.slow_process() != first)
        killed.kill()
        killed.wait()
        npm = toy.slow_process()
        assert npm
        assert places.is_building()
        os.killpg(npm, signal.SIGKILL)
    wait_until(lambda: not places.is_building())
    # What it says otherwise, in this process.
    code, out, err = said_by_command(toy, places.folder, BROKEN="1")
    assert (code, out) == (1, "")
    assert err.endswith(
        "  src/main.ts: this is not TypeScript\n"
        f"The shop's pages are not built: the build failed. The log is {places.log}.\n"
    )
    built = places.build(sources_hash())
    code, out, err = said_by_command(toy, places.folder)
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"The shop's pages are built \(\d+ s\): {re.escape(str(built))}\n", out)
    code, out, err = said_by_command(toy, Path("/proc/none"))
    assert code == 1
    assert err.startswith("STOREFRONT_DIR=/proc/none cannot be used (")
    assert err.count("\n") == 1
