"""Builds a roads folder from an OpenStreetMap extract, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import subprocess
from pathlib import Path

from routeplan.errors import FileError, UsageError, unwritable
from routeplan.language import message
from routeplan.travel.background import MAIN_ROADS
from routeplan.travel.extract import read_extract
from routeplan.travel.tiles import MANIFEST, TILES, RoadsFolder, RoadsManifest, read_roads
from routeplan.travel.valhalla import load_valhalla, valhalla_config

__all__ = ["build_roads", "default_folder"]

PROGRAM = "valhalla_build_tiles"


def default_folder(pbf: Path) -> Path:
    """Beside the extract: 'city-roads' for 'city.osm.pbf'."""
    return pbf.with_name(f"{pbf.name.removesuffix('.pbf').removesuffix('.osm')}-roads")


def build_roads(pbf: Path, out: Path) -> RoadsFolder:
    """Builds the roads of `pbf` into the folder `out`; a roads folder already there is replaced.

    A city takes seconds, a country minutes and some gigabytes of memory. Everything is made in a
    folder beside `out` that takes its name when complete. Raises FileError when the extract cannot
    be used or nothing can be written, UsageError when `out` holds something else, SettingsError
    where the extra is missing.
    """
    valhalla = load_valhalla()
    if not pbf.is_file():
        raise FileError("RP3031", message("error.file_missing", file=str(pbf)))
    if out.exists() and not (out / MANIFEST).exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError("RP4043", message("roads.not_empty", folder=str(out)))
    extract = read_extract(pbf)
    made = out.absolute().with_name(f".routeplan-{secrets.token_hex(8)}.tmp")
    try:
        try:
            tiles = made / TILES
            tiles.mkdir(parents=True)
            _run(pbf, made)
            manifest = RoadsManifest(
                source=pbf.name,
                digest=_digest(pbf),
                box=extract.box,
                built_with=f"valhalla {valhalla.__version__}",
                sizes={
                    path.relative_to(tiles).as_posix(): path.stat().st_size
                    for path in sorted(tiles.rglob("*.gph"))
                },
            )
            if not manifest.sizes:
                raise FileError("RP3032", message("roads.no_roads", file=pbf.name))
            (made / MAIN_ROADS).write_text(extract.main_roads.model_dump_json(), encoding="utf-8")
            text = json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1)
            (made / MANIFEST).write_text(text, encoding="utf-8")
            _take_place(made, out)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise unwritable(out, error) from error
    return read_roads(out)


def _run(pbf: Path, folder: Path) -> None:
    """Valhalla's own builder, a program that its wheel carries."""
    from valhalla._scripts import PYVALHALLA_BIN_DIR

    config = folder.absolute() / "valhalla.json"
    config.write_text(json.dumps(valhalla_config(folder / TILES)), encoding="utf-8")
    program = next(Path(PYVALHALLA_BIN_DIR).glob(f"{PROGRAM}*"))
    done = subprocess.run(  # noqa: S603 the wheel's program and the user's file
        [str(program), "-c", str(config), str(pbf.absolute())],
        cwd=folder,  # it leaves notes where it runs
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        why = lines[-1].strip().removeprefix("what():").strip() if lines else PROGRAM
        raise FileError("RP3031", message("roads.bad_extract", file=pbf.name, why=why))
    for path in (*folder.glob("*.*"), *(folder / TILES).rglob("*.bin")):
        path.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _take_place(made: Path, out: Path) -> None:
    """Renames; what stood there goes only when the new folder has its name."""
    if not out.exists():
        made.rename(out)
        return
    old = made.with_name(f"{made.name}-old")
    out.rename(old)
    try:
        made.rename(out)
    except BaseException:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
