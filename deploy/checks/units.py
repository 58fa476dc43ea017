"""The systemd units."""

import subprocess

from .stack import DEPLOY, PROJECT, Shop, expect, which


def check(shop: Shop) -> None:
    if not (tool := which("systemd-analyze")):
        print("  --  systemd units: no systemd-analyze here, not checked")
        return
    units = []
    for file in sorted((DEPLOY / "systemd").iterdir()):
        # The commands must exist where they are checked.
        text = file.read_text().replace("/srv/mxshop/.venv", str(shop.bin.parent))
        units.append(shop.folder / file.name)
        units[-1].write_text(text.replace("/srv/mxshop", str(PROJECT)))
    verify = subprocess.run(
        [tool, "verify", "--man=no", *units], check=False, capture_output=True, text=True
    )
    ours = [line for line in verify.stderr.splitlines() if "mxshop" in line]
    expect("systemd-analyze accepts the units", not ours, ours)
