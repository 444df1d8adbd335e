"""Writes a release, and nothing but a release."""

from __future__ import annotations

from pathlib import Path

from privsynth.content import digest
from privsynth.emit.form import in_form as in_form
from privsynth.emit.rows import guard_notes as guard_notes
from privsynth.emit.rows import serialise as serialise
from privsynth.emit.staging import check_target as check_target
from privsynth.emit.staging import place_of, publish
from privsynth.emit.staging import private_folder as private_folder
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.release import Refusal, Release

RECORDS = frozenset({"manifest.json", "refusal.json"})  # one of them lies in every folder of a refusal
REPORTS = RECORDS | {"compliance.html", "fidelity.html", "report.json", "refusal.html"}


def emit(release: Release, target: Path, *, overwrite: bool = False) -> list[Path]:
    """The rows and their reports, as one folder that appears whole."""
    if not isinstance(release, Release):
        raise TypeError("only a Release can be emitted")
    check_target(target, overwrite=overwrite)
    _check_judged(release)
    return publish({**release.published, **release.reports.files}, target, overwrite=overwrite)


def emit_reports(outcome: Release | Refusal, target: Path, *, overwrite: bool = False) -> list[Path]:
    """The reports alone, where the rows of a release go out as a stream."""
    if isinstance(outcome, Refusal):
        return emit_refusal(outcome, target)
    check_target(target, overwrite=overwrite)
    _check_judged(outcome)
    return publish(outcome.reports.files, target, overwrite=overwrite)


def _check_judged(release: Release) -> None:
    """What is written is byte for byte what the gates saw."""
    rows, reports = digest(release.files), digest(release.reports.files)
    strange = [v.gate for v in release.verdicts if v.subject != (reports if v.gate == "artefacts" else rows)]
    if strange or set(release.published) & set(release.reports.files):
        raise PrivsynthError("the files are not those that the gates judged.", hint="nothing was published")


def refused_path(target: Path) -> Path:
    """Where a refusal's reports go: beside the target, so that the target itself never exists after a refusal."""
    place = place_of(target)
    return place.with_name(f"{place.name}.refused")


def emit_refusal(refusal: Refusal, target: Path) -> list[Path]:
    """The reports of a refusal, or its notice. What did not pass the gate over the reports is not written."""
    if not isinstance(refusal, Refusal):
        raise TypeError("only a Refusal has reports without data")
    reports = refusal.shown
    if reports is None:
        return []
    place = refused_path(target)
    if not _is_ours(place, REPORTS | set(reports.files)):
        raise PolicyError(
            "the folder for the reasons of a refusal holds other files.",
            hint=f"remove {place.name}, or name another output",
        )
    return publish(reports.files, place, overwrite=True)


def _is_ours(place: Path, names: frozenset[str]) -> bool:
    """Whether nothing lies there, or an earlier refusal and nothing besides."""
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        return False
    there = {file.name for file in place.iterdir()} if place.exists() else set()
    return not there or (bool(RECORDS & there) and there <= names)
