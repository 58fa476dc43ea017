"""The systemd units."""

import re
import subprocess
from itertools import chain

from .stack import DEPLOY, PROJECT, Shop, expect, which


def check(shop: Shop) -> None:
    if not (tool := which("systemd-analyze")):
        print("  --  systemd units: no systemd-analyze here, not checked")
        return
    units = []
    cluster = [(DEPLOY / "cluster").glob(kind) for kind in ("*.service", "*.socket")]
    for file in sorted([*(DEPLOY / "systemd").iterdir(), *chain(*cluster)]):
        # The commands must exist where they are checked.
        text = re.sub(r"/srv/mxshop/(slots/%i|current)", str(PROJECT), file.read_text())
        text = text.replace(
            "/usr/local/sbin/mxshop-node-state", str(DEPLOY / "cluster" / "node_state.sh")
        )
        units.append(shop.folder / file.name.replace("@.", "@a."))
        units[-1].write_text(text)
        (shop.folder / file.name).write_text(text)  # a socket names its template
    verify = subprocess.run(
        [tool, "verify", "--man=no", *units], check=False, capture_output=True, text=True
    )
    ours = [line for line in verify.stderr.splitlines() if "mxshop" in line]
    expect("systemd-analyze accepts the units", not ours, ours)
