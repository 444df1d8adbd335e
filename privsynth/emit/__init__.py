"""Writes a release, and nothing but a release."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from privsynth.emit.form import in_form as in_form
from privsynth.emit.rows import guard_notes as guard_notes
from privsynth.emit.rows import serialise as serialise
from privsynth.emit.staging import folder_beside as folder_beside
from privsynth.emit.staging import private_folder as private_folder
from privsynth.emit.staging import publish
from privsynth.emit.target import check_refused, refused_path
from privsynth.emit.target import check_target as check_target
from privsynth.emit.target import holds as holds
from privsynth.errors import PrivsynthError
from privsynth.release import Refusal, Release

Inputs = Iterable[str | Path]  # what the run reads, which no output may replace


def check_output(target: Path, *, overwrite: bool, inputs: Inputs = ()) -> None:
    """Refuse, before any work is done, an output where neither a release nor the reasons of a refusal could go."""
    inputs = list(inputs)
    check_target(target, overwrite=overwrite, inputs=inputs)
    check_refused(target, inputs=inputs)


def emit(release: Release, target: Path, *, overwrite: bool = False, inputs: Inputs = ()) -> list[Path]:
    """The rows and their reports, as one folder that appears whole."""
    if type(release) is not Release:
        raise TypeError("only a Release can be emitted")
    check_target(target, overwrite=overwrite, inputs=inputs)
    check_judged(release)
    return publish({**release.published, **release.reports.files}, target, overwrite=overwrite)


def emit_reports(
    outcome: Release | Refusal, target: Path, *, overwrite: bool = False, inputs: Inputs = ()
) -> list[Path]:
    """The reports alone, where the rows of a release go out as a stream."""
    if isinstance(outcome, Refusal):
        return emit_refusal(outcome, target, inputs=inputs)
    check_target(target, overwrite=overwrite, inputs=inputs)
    check_judged(outcome)
    return publish(outcome.reports.files, target, overwrite=overwrite)


def check_judged(release: Release) -> None:
    """Decided anew before anything goes out: what is written is byte for byte what all gates let through, and the
    manifest that goes with it says so.
    """
    causes = release.causes
    if causes or not _is_told(release) or set(release.published) & set(release.reports.files):
        why = f": {causes[0].sentence}" if causes else ", or their manifest speaks of others"
        raise PrivsynthError(f"the files are not those that the gates judged{why}.", hint="nothing was published")


def _is_told(release: Release) -> bool:
    """Whether the manifest is the one of this decision, which is on the files that its verdicts name."""
    told = json.loads(release.reports.files.get("manifest.json", b"{}"))
    rows = next(verdict.subject for verdict in release.verdicts if verdict.gate != "artefacts")
    return (told.get("outcome"), told.get("data_sha256")) == (release.status, rows)


def emit_refusal(refusal: Refusal, target: Path, *, inputs: Inputs = ()) -> list[Path]:
    """The reports of a refusal, or its notice. What did not pass the gate over the reports is not written."""
    if not isinstance(refusal, Refusal):
        raise TypeError("only a Refusal has reports without data")
    if refusal.shown is None:
        return []
    check_refused(target, inputs=inputs)
    return publish(refusal.shown.files, refused_path(target), overwrite=True)
