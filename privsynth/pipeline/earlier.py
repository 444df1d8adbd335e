"""Releases that went out before about the same people, and lie at hand: those named, and those the ledger knows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privsynth.content import Stored, digest
from privsynth.emit.ours import why_not_ours
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.gate.evidence.scope import KEEPS_PEOPLE
from privsynth.lineage.attempts import Attempt
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.source import EarlierRelease, ReleasedBefore


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What is known of the releases before this one."""

    releases: tuple[EarlierRelease, ...]
    unseen: tuple[int, ...]  # records of releases whose rows are people's, which nobody could look at
    notes: tuple[str, ...]


def earlier_releases(policy: Policy, begun: Attempt) -> Earlier:
    """Those that were named, and those of the ledger that still lie where they were written."""
    releases = named_releases(policy)
    seen, unseen, notes = {_data_of(folder) for folder in policy.against}, list[int](), list[str]()
    for placed in begun.exposure.released if begun.exposure else ():
        if placed.data is not None and placed.data in seen:
            continue
        seen.add(placed.data or "")
        try:
            releases.append(_placed(placed))
        except PrivsynthError as error:
            notes.append(
                f"how many rows join with {_called(placed)} is not known: {error.message} "
                "Name the folder where it lies now with --against"
            )
            unseen += [placed.record] if placed.backend in KEEPS_PEOPLE else []
    return Earlier(releases=tuple(releases), unseen=tuple(unseen), notes=tuple(notes))


def named_releases(policy: Policy) -> list[EarlierRelease]:
    return [_named(folder, f"release {number} of --against") for number, folder in enumerate(policy.against, start=1)]


def _placed(placed: ReleasedBefore) -> EarlierRelease:
    if placed.folder is None:
        raise PolicyError(f"{_called(placed)}: nobody wrote down where it went.")
    return _named(placed.folder, _called(placed))


def _called(placed: ReleasedBefore) -> str:
    return f"the release of record {placed.record} of the ledger"


def _data_of(folder: Path) -> str:
    """The digest by which a ledger knows these rows: under the names that they had when they were judged."""
    names = [Path(file["name"]).name for file in _manifest(folder)["data"]]
    return digest({name.replace(".waiver.", "."): Stored(folder / name) for name in names})


def refuse_unreadable(folders: Sequence[Path]) -> None:
    """Before anything is done: each folder that was named holds a release of ours."""
    for number, folder in enumerate(folders, start=1):
        _check(folder, f"release {number} of --against")


def _named(folder: Path, name: str) -> EarlierRelease:
    _check(folder, name)
    return _read(folder, name)


def _check(folder: Path, name: str) -> None:
    if why := _why_unreadable(folder):
        raise PolicyError(f"{name}: its folder {why}.", hint="name the folder that a run wrote, with its manifest")


def _why_unreadable(folder: Path) -> str:
    """In words that end a sentence on the folder; nothing where it is a release, as it was written."""
    if folder.is_symlink() or not folder.is_dir():
        return "is not there any more"
    try:
        return why_not_ours(folder) or ("" if _manifest(folder).get("data") else "holds no rows")
    except OSError:
        return "cannot be read"


def _read(folder: Path, name: str) -> EarlierRelease:
    manifest = _manifest(folder)
    files = {Path(file["name"]).stem: str(folder / Path(file["name"]).name) for file in manifest["data"]}
    try:
        dataset = read_files(list(files.values()), Policy())  # of a table in two formats one
    except PrivsynthError as error:
        raise PrivsynthError(f"{name} cannot be read again: {error.message}", hint="leave it out") from None
    backend = manifest.get("backend", {}).get("backend")
    return EarlierRelease(name=name, dataset=dataset, keeps_people=backend in KEEPS_PEOPLE)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    content = json.loads(path.read_bytes()) if path.is_file() else {}
    return content if isinstance(content, dict) else {}
