"""Releases that went out before about the same people, and lie at hand: those named, and those the ledger knows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privsynth.emit.ours import why_not_ours
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.lineage.attempts import Attempt
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.source import EarlierRelease

KEEP_PEOPLE = ("mask", "clone")


def earlier_releases(policy: Policy, begun: Attempt) -> tuple[tuple[EarlierRelease, ...], list[str]]:
    """The releases, and what a person should know of those that could not be looked at."""
    named = [_named(folder, f"release {number} of --against") for number, folder in enumerate(policy.against, start=1)]
    seen, known, notes = {folder.resolve() for folder in policy.against}, list[EarlierRelease](), list[str]()
    for record, folder in begun.places:
        name = f"the release of record {record} of the ledger"
        if folder.resolve() in seen:
            continue
        seen.add(folder.resolve())
        try:
            known.append(_named(folder, name))
        except PrivsynthError as error:
            notes.append(f"how many rows join with {name} is not known: {error.message}")
    return (*named, *known), notes


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
    return EarlierRelease(name=name, dataset=dataset, keeps_people=backend in KEEP_PEOPLE)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    content = json.loads(path.read_bytes()) if path.is_file() else {}
    return content if isinstance(content, dict) else {}
