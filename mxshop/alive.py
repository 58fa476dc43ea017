"""A file by which a container's health check sees that a loop still turns (deploy/compose.yaml)."""

from pathlib import Path


def touch(file: Path | None) -> None:
    """Set the file's time to now; without a file, do nothing."""
    if file is not None:
        file.touch()
