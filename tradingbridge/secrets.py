"""Secrets by name: from the environment, from a file it names, or made once and kept."""

import os
import secrets
from pathlib import Path


def read(name: str, *, kept_in: Path) -> str:
    """`NAME`, else the file in `NAME_FILE`, else `kept_in`, which is made (mode 0600) if absent."""
    if value := os.environ.get(name):
        return value
    if named := os.environ.get(f"{name}_FILE"):
        return Path(named).read_text(encoding="utf-8").strip()
    kept_in.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(kept_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept_in.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        value = secrets.token_urlsafe(48)
        file.write(value)
    return value
