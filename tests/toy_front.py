"""A front of two files, and programs that say they are Node and npm: a build takes no time."""

import shutil
from pathlib import Path

NODE = """#!/bin/sh
echo v24.19.0
"""
# `npm ci` makes node_modules, `npm run build` makes dist/. Each notes its call, and its process
# while it is SLOW.
NPM = """#!/bin/sh
echo "npm $1" >>"$CALLS"
case $1 in
ci) [ -z "${OFFLINE:-}" ] || { echo "npm error code ENOTFOUND" >&2; exit 1; }
    mkdir -p node_modules && touch node_modules/vite ;;
run) [ -z "${SLOW:-}" ] || { echo $$ >"$CALLS.slow"; sleep "$SLOW"; }
    [ -z "${BROKEN:-}" ] || { echo "src/main.ts: this is not TypeScript" >&2; exit 1; }
    [ -e node_modules/vite ] || { echo "vite: not found" >&2; exit 1; }
    text=$(cat src/main.ts)
    [ ${#text} -lt 10 ] || text=real  # the shop's own sources, not the name of a file
    mkdir -p dist/assets && cp index.html dist/ &&
    cp src/main.ts "dist/assets/main-$text.js" || exit 1
    echo "${VITE_API_URL:-}${NODE_ENV:-}" >dist/variables ;;
esac
"""


class ToyFront:
    """``sources``, and the ``environment`` in which they are built; ``calls`` are npm's."""

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "front"
        (self.sources / "src").mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            (self.sources / name).write_text("{}")
        (self.sources / "index.html").write_text("<title>toy</title>")
        (self.sources / "src" / "main.ts").write_text("1")
        tools = folder / "tools"
        tools.mkdir()
        for name, text in (("node", NODE), ("npm", NPM)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        for name in ("cat", "cp", "mkdir", "sleep", "touch", "chmod"):  # and no Node but the toy
            (tools / name).symlink_to(shutil.which(name) or "")
        self._calls = folder / "calls"
        self.environment = {
            "PATH": str(tools), "CALLS": str(self._calls),
            "VITE_API_URL": "https://elsewhere.example", "NODE_ENV": "production",
        }  # fmt: skip

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []

    def slow_process(self) -> int | None:
        """Return the id of the npm that builds slowly, once it runs."""
        try:
            return int(self._calls.with_suffix(".slow").read_text())
        except (OSError, ValueError):
            return None
