"""compose.yaml and Dockerfile, as far as they can be judged without a Docker engine.

That names a service, a volume, a stage, a script or a command that does not exist; a word that
Compose does not know; a service without health check, limits or an end to its log.
"""

import re
import subprocess
import sys
from typing import Any

from .stack import DEPLOY, PROJECT, Shop, expect

WORDS = {
    "build", "command", "depends_on", "environment", "env_file", "healthcheck", "image", "logging",
    "mem_limit", "pids_limit", "ports", "restart", "security_opt", "stop_grace_period", "tmpfs",
    "volumes",
}  # fmt: skip
HEALTH = {"test", "interval", "timeout", "retries", "start_period"}
CONDITIONS = {"service_healthy", "service_completed_successfully"}
# Ends by itself, before the others start.
ONCE = "migrate"


def check(shop: Shop) -> None:
    """Ask the shop's own Python, which can read YAML."""
    done = subprocess.run(
        [shop.bin / "python", "-m", __name__], cwd=PROJECT, check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    expect("compose.yaml and Dockerfile name what exists, and bound what they start",
           done.returncode == 0, done.stdout + done.stderr)  # fmt: skip


def faults() -> list[str]:
    import yaml

    text = (DEPLOY / "compose.yaml").read_text()
    compose = yaml.safe_load(text)
    stages = re.findall(r"^FROM \S+ AS (\w+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    found = [fault for name in compose["services"] for fault in faults_of(name, compose, stages)]
    found += missing_files(text + (DEPLOY / "Dockerfile").read_text())
    found += [
        f"manage.py {command}"
        for command in re.findall(r"manage\.py ([a-z_]+)", text)
        if command not in ("migrate", "check")
        and not (PROJECT / f"mxshop/management/commands/{command}.py").exists()
    ]
    return found


def faults_of(name: str, compose: dict[str, Any], stages: list[str]) -> list[str]:
    service = compose["services"][name]
    found = [f"{name}: unknown word {word}" for word in service.keys() - WORDS]
    build = service.get("build")
    if build and build["target"] not in stages:
        found.append(f"{name}: no stage {build['target']} in Dockerfile")
    for other, how in (service.get("depends_on") or {}).items():
        if other not in compose["services"] or how["condition"] not in CONDITIONS:
            found.append(f"{name}: depends_on {other} {how}")
        elif how["condition"] == "service_healthy" and not health(compose["services"][other]):
            found.append(f"{name}: waits for {other}, which has no health check")
    for volume in service.get("volumes") or ():
        source = volume.split(":")[0]
        if source.isidentifier() and source not in compose["volumes"]:
            found.append(f"{name}: no volume {source}")
    if unknown := health(service).keys() - HEALTH:
        found.append(f"{name}: healthcheck {unknown}")
    if service["logging"]["options"].keys() != {"max-size", "max-file"}:
        found.append(f"{name}: its log has no end")
    if "mem_limit" not in service:
        found.append(f"{name}: no mem_limit")
    if name != ONCE and (not health(service) or service["restart"] != "unless-stopped"):
        found.append(f"{name}: no health check, or no restart")
    return found


def health(service: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = service.get("healthcheck") or {}
    return found


def missing_files(text: str) -> list[str]:
    named = re.findall(r"(?<![\w.])(deploy/[\w./-]+)", text)
    return [path for path in named if not (PROJECT / path.rstrip(".")).exists()]


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or 0)
