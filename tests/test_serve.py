"""bin/serve: what it says when something is in its way, and that it leaves nothing behind."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.db import connection

from apps.goods.tests.factories import make_category, make_goods
from mxshop.address import Address, AddressError, address_of

from .http_server import closed_port
from .shop_settings import TOP, with_keys
from .toy_front import ToyFront

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

# --- Where it listens -----------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


def free() -> str:
    return closed_port().rpartition(":")[2]


@pytest.mark.parametrize("port", ["abc", "0", "99999", "-1", "80 80", "８０", "1e3", "x" * 5000])
def test_what_is_not_a_port(port: str) -> None:
    with pytest.raises(AddressError) as refusal:
        address_of({"PORT": port})
    assert str(refusal.value) == (
        f"PORT={port[:40]!r} is not a port: write a number from 1 to 65535."
    )


def test_a_port_that_is_taken(taken: str) -> None:
    line = f"PORT={taken} is taken by another program: stop it, or write another port."
    for host in ("127.0.0.1", "0.0.0.0", "localhost"):
        with pytest.raises(AddressError) as refusal:
            address_of({"HOST": host, "PORT": taken})
        assert str(refusal.value) == line


@pytest.mark.parametrize("host", ["no such host", "a..b", "x" * 300, "192.0.2.1"])
def test_what_is_not_an_address_of_this_machine(host: str) -> None:
    with pytest.raises(AddressError) as refusal:
        address_of({"HOST": host, "PORT": free()})
    [line] = str(refusal.value).splitlines()
    assert line.startswith("HOST=")
    assert ": write 127.0.0.1, or 0.0.0.0 for all " in line


def test_what_a_browser_opens() -> None:
    port = free()
    assert address_of({"PORT": port}) == Address(f"127.0.0.1:{port}", f"http://127.0.0.1:{port}")
    everywhere = address_of({"HOST": "0.0.0.0", "PORT": port})
    assert everywhere == Address(f"0.0.0.0:{port}", f"http://127.0.0.1:{port}")
    by_name = address_of({"HOST": "localhost", "PORT": port})
    assert by_name == Address(f"127.0.0.1:{port}", f"http://localhost:{port}")


# --- Its environment --------------------------------------------------------------------------

UV = """#!/bin/sh
echo "$@" >>"$LOG"
case $1 in
venv) mkdir -p .venv/bin && ln -s "$REAL" .venv/bin/python
      printf 'home = %s\\nversion = 3\\n' "$(dirname "$REAL")" >.venv/pyvenv.cfg ;;
pip)  [ -z "${OFFLINE:-}" ] || { echo "error: Connection refused by pypi"; exit 2; }
      folder=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
      info=$folder/toy-1.dist-info
      mkdir -p "$folder/toy" "$info" && echo 1 >"$folder/toy/__init__.py"
      printf 'toy/__init__.py,sha256=x,2\\ntoy-1.dist-info/RECORD,,\\n' >"$info/RECORD" ;;
esac
"""
MANAGE = """import os, sys
print(*sys.argv[1:], os.environ.get("DEBUG"), os.environ.get("SITE_URL"),
      os.environ.get("ALLOWED_HOSTS"))
"""


class Clone:
    """A clone whose shop is one line and whose one requirement comes from an installer of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "shop"
        shutil.copytree(TOP / "bin", self.folder / "bin")
        (self.folder / "mxshop").mkdir()
        (self.folder / "mxshop" / "__init__.py").touch()
        shutil.copy(TOP / "mxshop" / "address.py", self.folder / "mxshop")
        (self.folder / "manage.py").write_text(MANAGE)
        (self.folder / "requirements.txt").write_text("# pinned\ntoy==1\n    # via us\n")
        tools = folder / "tools"
        tools.mkdir()
        (tools / "uv").write_text(UV)
        (tools / "uv").chmod(0o755)
        self.log = folder / "uv.log"
        self.port = free()
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}", "LOG": str(self.log), "PORT": self.port,
            "PYTHON": sys.executable, "REAL": str(Path(sys.executable).resolve()),
        }  # fmt: skip

    @property
    def packages(self) -> Path:
        [folder] = (self.folder / ".venv" / "lib").glob("python3*/site-packages")
        return folder

    def serve(self, **environment: str) -> tuple[int, list[str], list[str]]:
        """Return the exit code, and the lines of stdout and stderr."""
        done = subprocess.run(
            ["bin/serve"], cwd=self.folder, env=self.environment | environment,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()

    def shop(self, host: str = "127.0.0.1") -> str:
        origin = f"http://{host}:{self.port}"
        return (
            f"serve --skip-checks --origin {origin} 127.0.0.1:{self.port} true {origin} "
            f"localhost,127.0.0.1,[::1],{host}"
        )


MADE = ["making .venv ...", "installing requirements.txt ..."]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_it_installs_once(clone: Clone) -> None:
    assert clone.serve() == (0, [clone.shop()], MADE)
    assert clone.serve() == (0, [clone.shop()], [])
    assert clone.serve(HOST="localhost") == (0, [clone.shop("localhost")], [])
    (clone.folder / "requirements.txt").write_text("toy==1  # newer\n")
    assert clone.serve() == (0, [clone.shop()], MADE[1:])


def test_what_is_set_stays(clone: Clone) -> None:
    clone.serve()
    (clone.folder / ".env").write_text("DEBUG=false\nexport SITE_URL=https://a.example\n")
    _code, [line], _said = clone.serve(ALLOWED_HOSTS="a.example")
    assert line.endswith(f"127.0.0.1:{clone.port} None None a.example")


DAMAGES = [
    ("rm -rf {}/toy", [".venv is damaged: toy lacks toy/__init__.py."]),
    (": >{}/toy/__init__.py", [".venv is damaged: toy has only a part of toy/__init__.py."]),
    ("rm {}/toy-1.dist-info/RECORD", [".venv is damaged: toy is half installed."]),
    ("rm -r {}/toy-1.dist-info", [".venv is damaged: toy is missing."]),
    ("ln -sf /nowhere/python3 .venv/bin/python", []),
    ("rm -r .venv/bin", []),
]


def test_a_damaged_environment_heals(clone: Clone) -> None:
    clone.serve()
    for damage, said in DAMAGES:
        subprocess.run(["sh", "-c", damage.format(clone.packages)], cwd=clone.folder, check=True)
        assert clone.serve() == (0, [clone.shop()], [*said, *MADE]), damage


def test_an_install_that_was_interrupted(clone: Clone) -> None:
    clone.serve()
    (clone.folder / ".venv" / "installed-requirements.txt").unlink()
    (clone.packages / "toy-1.dist-info" / "RECORD").unlink()
    assert clone.serve() == (0, [clone.shop()], MADE[1:])


def test_no_network(clone: Clone) -> None:
    line = (
        "requirements.txt cannot be downloaded from {}: the first start needs it, or a mirror: "
        "PIP_INDEX_URL=https://pypi.tuna.tsinghua.edu.cn/simple bin/serve"
    )
    pypi = line.format("PyPI (https://pypi.org/simple)")
    assert clone.serve(OFFLINE="1") == (1, [], [*MADE, pypi])
    mirror = "https://mirror.example/simple"
    said = [MADE[1], line.format(mirror)]
    assert clone.serve(OFFLINE="1", PIP_INDEX_URL=mirror) == (1, [], said)
    assert f"--default-index {mirror} -r requirements.txt" in clone.log.read_text()
    # With a network again, it goes on from there.
    assert clone.serve() == (0, [clone.shop()], MADE[1:])


def test_nothing_is_installed_for_a_port_that_is_taken(clone: Clone, taken: str) -> None:
    line = f"PORT={taken} is taken by another program: stop it, or write another port."
    assert clone.serve(PORT=taken) == (1, [], [line])
    assert not (clone.folder / ".venv").exists()


# --- The shop ---------------------------------------------------------------------------------


def environment_of(folder: Path, **own: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START")
            if name in os.environ}  # fmt: skip
    return kept | {"DEBUG": "true", "VAR_DIR": str(folder / "var"), "STOREFRONT_BUILD": "false",
                   "MEDIA_ROOT": str(folder / "media")} | own  # fmt: skip


def serve(folder: Path, port: str, **own: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve", "--skip-checks", f"127.0.0.1:{port}"],
        cwd=TOP, env=environment_of(folder, **own), capture_output=True, text=True, timeout=60,
        check=False, start_new_session=True,
    )  # fmt: skip


def test_a_database_that_is_away(tmp_path: Path) -> None:
    port = free()
    with_keys(tmp_path / "var")
    done = serve(tmp_path, free(), DATABASE_URL=f"mysql://shop:planted@127.0.0.1:{port}/shop")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"DATABASE_URL: no database answers at 127.0.0.1:{port}: start it, or write where it is."
    ]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "shop.sqlite3"
    file.write_text("words " * 1000)
    with_keys(tmp_path / "var")
    done = serve(tmp_path, free(), DATABASE_URL=f"sqlite:///{file}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"DATABASE_URL: SQLite cannot use {file} (file is not a database): write another file."
    ]


def processes_of(group: int) -> list[str]:
    """Return the command lines of a process group's living members."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _parent, of = (process / "stat").read_text().rpartition(") ")[2].split()[:3]
            if int(of) == group and state != "Z":
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


APP = "FROM sqlite_master WHERE type = 'table' AND name LIKE 'alipay_sandbox_%'"


@pytest.fixture
def var(tmp_path: Path, transactional_db: None) -> Path:
    """Of a shop that has goods, so that no demo is loaded, and lacks the tables of one app."""
    make_goods(make_category())
    folder = with_keys(tmp_path / "var")
    with closing(sqlite3.connect(folder / "shop.sqlite3")) as database:
        connection.connection.backup(database)
        for [table] in database.execute(f"SELECT name {APP}").fetchall():
            database.execute(f"DROP TABLE {table}")
        database.execute("DELETE FROM django_migrations WHERE app = 'alipay_sandbox'")
        database.commit()
    return folder


def test_the_banner_is_true_and_nothing_outlives_the_shop(
    tmp_path: Path, taken: str, var: Path
) -> None:
    port = free()
    toy = ToyFront(tmp_path)
    toy.environment |= {"STOREFRONT_BUILD": "true", "SLOW": "60"}
    with subprocess.Popen(
        [sys.executable, "-u", "manage.py", "serve", "--skip-checks", f"127.0.0.1:{port}"],
        cwd=TOP, env=environment_of(tmp_path, **toy.environment),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    ) as shop:  # fmt: skip
        try:
            assert shop.stdout
            printed = []
            for line in shop.stdout:
                printed.append(line)
                if "Ctrl-C stops the shop." in line:
                    break
            assert f"  shop            http://127.0.0.1:{port}/index/\n" in printed, printed
            # It is bound by now: no second try, no wait.
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz/", timeout=30) as answer:
                assert answer.status == 200
            with closing(sqlite3.connect(var / "shop.sqlite3")) as database:
                assert (
                    len(database.execute(f"SELECT name {APP}").fetchall()) == 3
                )  # the migrations ran
            assert any("run_jobs" in command for command in processes_of(shop.pid))
            # The shop is there before its pages are, and says so.
            url = f"http://127.0.0.1:{port}/index/"
            end = time.monotonic() + 60
            while (npm := toy.slow_process()) is None:
                assert time.monotonic() < end, toy.calls
                time.sleep(0.05)
            with urllib.request.urlopen(url, timeout=30) as answer:
                assert b'data-state="building"' in answer.read()
            shop.terminate()
            shop.wait(timeout=60)
            end = time.monotonic() + 60
            while left := processes_of(shop.pid):
                assert time.monotonic() < end, left
                time.sleep(0.05)
            assert processes_of(npm) == []
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shop.pid, signal.SIGKILL)
    # A port that is lost between the first try and the start: no banner, and the jobs end too.
    done = serve(tmp_path, taken)
    assert done.returncode == 1
    assert "Ctrl-C" not in done.stdout
    # Jobs and worker may have begun by then, and log that they did and that they stopped.
    logged = ("Watching for", " mxshop.jobs ", "commands.run_tasks", " django_tasks_db ")
    said = [line for line in done.stderr.splitlines() if not any(text in line for text in logged)]
    assert said == ["Error: That port is already in use."]
