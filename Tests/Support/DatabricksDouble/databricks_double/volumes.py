"""Volumes: which exist, and which folder of this machine a path under /Volumes is."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from dataclasses import dataclass, field

from .errors import SqlError
from .names import dotted


@dataclass
class Volume:
    name: tuple[str, ...]
    comment: str | None = None
    created: int = field(default_factory=lambda: int(time.time() * 1000))
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class VolumePath:
    volume: Volume
    path: str  # as a client says it, normalized: /Volumes/catalog/schema/volume/...
    local: str


class Volumes:
    def __init__(self, root: str):
        self.root = os.path.join(root, "volumes")
        self.volumes: dict[tuple[str, ...], Volume] = {}

    def create(self, name: tuple[str, ...], comment: str | None) -> None:
        if name in self.volumes:
            raise SqlError("VOLUME_ALREADY_EXISTS", f"Volume '{dotted(name)}' already exists.", "42000")
        os.makedirs(os.path.join(self.root, *name), exist_ok=True)
        self.volumes[name] = Volume(name, comment)

    def drop(self, name: tuple[str, ...]) -> None:
        self.find(name)
        del self.volumes[name]
        shutil.rmtree(os.path.join(self.root, *name), ignore_errors=True)

    def find(self, name: tuple[str, ...]) -> Volume:
        if name not in self.volumes:
            raise SqlError("NO_SUCH_VOLUME_EXCEPTION", f"Volume '{dotted(name)}' does not exist.", "42704")
        return self.volumes[name]

    def within(self, schema: tuple[str, ...]) -> list[Volume]:
        return [each for name, each in sorted(self.volumes.items()) if name[: len(schema)] == schema]

    def resolve(self, path: str) -> VolumePath:
        """The file or folder that a path names, which need not exist; its volume must."""
        path = re.sub(r"^dbfs:(?=/Volumes/)", "", path)
        parts = path.split("/")
        if len(parts) < 5 or parts[:2] != ["", "Volumes"] or not all(parts[2:5]):
            raise SqlError("PATH_NOT_FOUND", f"Path does not exist: {path}.", "42K03")
        rest = [part for part in parts[5:] if part]
        if any(part in (".", "..") or "\0" in part for part in rest):
            raise SqlError("INVALID_PATH", f"The path must not contain '.' or '..': {path}", "42000")
        volume = self.find(tuple(part.lower() for part in parts[2:5]))
        local = os.path.join(self.root, *volume.name, *rest)
        return VolumePath(volume, "/".join(["/Volumes", *volume.name, *rest]), local)
