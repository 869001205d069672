"""A roads folder: what `routeplan roads build` made of one OpenStreetMap extract.

manifest.json    what it was made of and which files belong to it
main-roads.json  simplified main roads for the ground of the map
tiles/           Valhalla's road graph
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from routeplan.errors import FileError
from routeplan.language import message
from routeplan.point import Box
from routeplan.values import Frozen

__all__ = ["MANIFEST", "TILES", "RoadsFolder", "RoadsManifest", "read_roads"]

MANIFEST = "manifest.json"
TILES = "tiles"


class RoadsManifest(Frozen):
    """What a roads folder was made of. It is written last: a folder with one is whole."""

    format: Literal[1] = 1
    source: str
    """Name of the extract's file."""
    digest: str
    """SHA-256 of its bytes."""
    box: Box
    """What the extract covers."""
    built_with: str
    """'valhalla 3.5.1'."""
    sizes: dict[str, int]
    """Bytes of each file in tiles/, by relative path."""

    @property
    def version(self) -> str:
        """Another one whenever travel on these roads may be another."""
        return hashlib.sha256(f"{self.digest} {self.built_with}".encode()).hexdigest()[:16]


class RoadsFolder(NamedTuple):
    path: Path
    manifest: RoadsManifest

    @property
    def tiles(self) -> Path:
        return self.path / TILES


def read_roads(path: Path) -> RoadsFolder:
    """The roads folder at `path`.

    Raises FileError when there is none, or files of it are missing or were cut short.
    """
    try:
        manifest = RoadsManifest.model_validate_json((path / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise FileError("RP3033", message("roads.no_folder", folder=str(path))) from error
    except (OSError, ValidationError) as error:
        raise _unusable(path, MANIFEST) from error
    for name, size in manifest.sizes.items():
        file = path / TILES / name
        if not file.is_file() or file.stat().st_size != size:
            raise _unusable(path, f"{TILES}/{name}")
    return RoadsFolder(path, manifest)


def _unusable(path: Path, name: str) -> FileError:
    why = message("roads.damaged", file=name)
    return FileError("RP3034", message("roads.unusable", folder=str(path), why=why))
