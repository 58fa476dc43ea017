"""The site of the container "web": deploy/nginx.conf, changed by containers/site.sed.

What the image's nginx 1.28 knows, and an older one here does not, is taken out before the test.
"""

import re
import subprocess

from .stack import DEPLOY, DOMAIN, CheckError, Shop, expect, free_port, which


def check(shop: Shop) -> None:
    site = subprocess.run(
        ["sed", "-f", DEPLOY / "containers" / "site.sed", DEPLOY / "nginx.conf"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    expect("site.sed leaves no name of ours in the container's site", DOMAIN not in site)
    for pattern, here in (
        (r"\$\{SHOP_DOMAIN\}", DOMAIN),
        (r" resolve;", ";"),
        (r" *resolver .*\n", ""),
        (r" *http2 on;\n", ""),
        (r"server app:8001", "server 127.0.0.1:8001"),
        (rf"/etc/letsencrypt/live/{re.escape(DOMAIN)}/fullchain\.pem", f"{shop.folder}/cert.pem"),
        (rf"/etc/letsencrypt/live/{re.escape(DOMAIN)}/privkey\.pem", f"{shop.folder}/key.pem"),
        (r"/dev/stdout", f"{shop.folder}/container-access.log"),
        (r"(?m)^ *listen \[::\].*$\n", ""),
        (r"listen 80\b", f"listen 127.0.0.1:{free_port()}"),
        (r"listen 443\b", f"listen 127.0.0.1:{free_port()}"),
        (r"listen 9180\b", f"listen 127.0.0.1:{free_port()}"),
    ):
        site, count = re.subn(pattern, here, site)
        if not count:
            raise CheckError(f"the container's site has no {pattern!r}, which this check replaces")
    (shop.folder / "container-site.conf").write_text(site)
    text = (shop.folder / "nginx.conf").read_text().replace("/site.conf", "/container-site.conf")
    (shop.folder / "container-nginx.conf").write_text(text)
    test = subprocess.run(
        [which("nginx") or "nginx", "-t", "-p", shop.folder, "-e", shop.folder / "container.log",
         "-c", shop.folder / "container-nginx.conf"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    expect("nginx -t accepts the container's site", test.returncode == 0, test.stderr)
