"""From a draft to a release: only `decide` makes one, and only a full list of passed verdicts lets it.

What this withstands: whatever a program does by accident or through names without an underscore. A Release cannot be
called into being, copied with other content, or subclassed; nothing that a Refusal holds helps; and whoever writes one
out (`emit`, `rows_of`) has it decided anew, from the verdicts and the bytes at hand. What it does not withstand: a
program that writes verdicts itself and has them decided on, or that reaches for private names, as a debugger can. Such
a program could as well write its rows to a file without us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal, NoReturn, Self, final

from privsynth.content import Content, digest
from privsynth.dataset import Dataset
from privsynth.errors import ExitCode
from privsynth.options import Waiver
from privsynth.recipe import UNTOLD, Recipe
from privsynth.verdict import GATES, Status, Verdict, blocking, outcome_of, waivers_used
from privsynth.way_out import NO_ADVICE, Advice


@dataclass(frozen=True, eq=False)
class Draft:
    """Synthetic data that no gate has seen: the tables, and the very bytes that would be written."""

    dataset: Dataset
    files: Mapping[str, Content] = field(repr=False)
    rows: int | None = None  # the rows that were asked for in the root table; None: no number was asked
    recipe: Recipe = field(default=UNTOLD, repr=False)  # what made it, as its maker tells it

    @cached_property
    def digest(self) -> str:
        return digest(self.files)


@dataclass(frozen=True, eq=False)
class Reports:
    """The rendered reports and the manifest, as bytes."""

    files: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        return digest(self.files)


@dataclass(frozen=True, eq=False)
class Notice:
    """What may be said where the reports may not be shown: a page of fixed sentences, judged as the reports were."""

    reports: Reports
    verdict: Verdict


@dataclass(frozen=True)
class Reason:
    """Why there is no release: what is wrong with the verdict of which gate."""

    kind: Literal["missing", "unknown", "repeated", "foreign", "failed", "errored"]
    gate: str
    times: int = 1  # how often the gate gave a verdict

    @property
    def sentence(self) -> str:
        match self.kind:
            case "missing":
                return f"gate '{self.gate}' gave no verdict"
            case "unknown":
                return f"gate '{self.gate}' is not on the list"
            case "repeated":
                return f"gate '{self.gate}' gave {self.times} verdicts"
            case "foreign":
                return f"gate '{self.gate}' judged something else"
            case "failed" | "errored":
                return f"gate '{self.gate}' {self.kind}"


_SEAL = object()


@final
@dataclass(frozen=True, eq=False)
class Refusal:
    """Verdicts and their reports, and no data."""

    reports: Reports
    verdicts: tuple[Verdict, ...]
    causes: tuple[Reason, ...]
    _: KW_ONLY
    seal: InitVar[object]  # seen, and not kept: there is nothing to take from a refusal
    advice: Advice = NO_ADVICE
    notice: Notice | None = None

    def __post_init__(self, seal: object) -> None:
        _only_decide(seal)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("what is decided has no kinds of its own")

    def with_advice(self, advice: Advice) -> Self:
        """The same refusal with other ways out."""
        return replace(self, advice=advice, seal=_SEAL)

    @property
    def exit_code(self) -> ExitCode:
        """Unfaithful only if the fidelity floor is all that was missed."""
        return ExitCode.UNFAITHFUL if self.causes == (Reason("failed", "fidelity"),) else ExitCode.BLOCKED

    @property
    def reasons(self) -> tuple[str, ...]:
        """The causes in words."""
        return tuple(cause.sentence for cause in self.causes)

    @property
    def shown(self) -> Reports | None:
        """What may be written of it: the reports if they passed their gate, else the notice if that did."""
        of_reports = [verdict for verdict in self.verdicts if verdict.gate == "artefacts"]
        if len(of_reports) == 1 and _passed(of_reports[0], self.reports):
            return self.reports
        notice = self.notice
        return notice.reports if notice is not None and _passed(notice.verdict, notice.reports) else None

    @property
    def status(self) -> str:
        return "refused"


@final
@dataclass(frozen=True, eq=False)
class Release:
    """Data that passed every gate, or whose failures named persons answer for. Nothing else is written out as data."""

    _dataset: Dataset  # where the rows came in parts, the first of them
    files: Mapping[str, Content] = field(repr=False)
    reports: Reports
    verdicts: tuple[Verdict, ...]
    seal: InitVar[object]
    waivers: tuple[Waiver, ...] = ()  # without which it would be a refusal

    def __post_init__(self, seal: object) -> None:
        _only_decide(seal)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("what is decided has no kinds of its own")

    @property
    def dataset(self) -> Dataset:
        """A copy of the tables: whatever is done to it, the next one is as it was judged."""
        return _apart(self._dataset)

    @property
    def causes(self) -> tuple[Reason, ...]:
        """What speaks against it now: decided anew, from the verdicts and the bytes as they are. Nothing, if all is
        well.
        """
        return _causes(self.files, self.reports, self.verdicts, self.waivers)

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.RELEASED

    @property
    def status(self) -> str:
        return outcome_of(self.verdicts, self.waivers)

    @property
    def published(self) -> Mapping[str, Content]:
        """The files under the names by which they go out: a waiver stands in the name of each file it let through."""
        return MappingProxyType(published_names(self.files, self.waivers))


Outcome = Release | Refusal


def _passed(verdict: Verdict, reports: Reports) -> bool:
    """Whether the gate over the reports let exactly these bytes through."""
    is_theirs = verdict.gate == "artefacts" and verdict.subject == digest(reports.files)
    return is_theirs and verdict.status is Status.PASSED


def _only_decide(seal: object) -> None:
    if seal is not _SEAL:
        raise TypeError("only decide() makes a Release or a Refusal")


def published_names(files: Mapping[str, Content], waivers: Sequence[Waiver]) -> dict[str, Content]:
    """The files as they are, or with the word waiver before the ending of each name."""
    return {_marked(name) if waivers else name: content for name, content in files.items()}


def _marked(name: str) -> str:
    path = PurePath(name)
    return f"{path.stem}.waiver{path.suffix}"


def decide(
    draft: Draft,
    reports: Reports,
    verdicts: Sequence[Verdict],
    waivers: Sequence[Waiver] = (),
    *,
    advice: Advice = NO_ADVICE,
    notice: Notice | None = None,
) -> Outcome:
    """A release if each gate judged exactly this draft (or these reports) once, and passed or is answered for.

    The advice and the notice go with a refusal; nothing is decided by them.
    """
    causes = _causes(draft.files, reports, verdicts, waivers)
    if causes:
        return Refusal(reports, tuple(verdicts), causes, seal=_SEAL, advice=advice, notice=notice)
    files = MappingProxyType(dict(draft.files))
    return Release(_apart(draft.dataset), files, reports, tuple(verdicts), _SEAL, waivers_used(verdicts, waivers))


def _apart(dataset: Dataset) -> Dataset:
    """The tables in frames of their own, without what ties their rows to those of the source."""
    return dataset.replace_tables(*(replace(table, frame=table.frame.copy(), origin=None) for table in dataset))


def _causes(
    files: Mapping[str, Content], reports: Reports, verdicts: Sequence[Verdict], waivers: Sequence[Waiver]
) -> tuple[Reason, ...]:
    return (*_gaps(verdicts), *_strangers(files, reports, verdicts), *_blocks(verdicts, waivers))


def _gaps(verdicts: Sequence[Verdict]) -> list[Reason]:
    """The list of gates must be complete, without a stranger and without a repetition."""
    names = [verdict.gate for verdict in verdicts]
    missing = [Reason("missing", name) for name in GATES if name not in names]
    unknown = [Reason("unknown", name) for name in names if name not in GATES]
    repeated = [Reason("repeated", name, names.count(name)) for name in GATES if names.count(name) > 1]
    return missing + unknown + repeated


def _strangers(files: Mapping[str, Content], reports: Reports, verdicts: Sequence[Verdict]) -> list[Reason]:
    """Each verdict must speak of what is about to be written, byte for byte."""
    rows = digest(files)
    subject = {name: digest(reports.files) if name == "artefacts" else rows for name in GATES}
    return [Reason("foreign", v.gate) for v in verdicts if v.subject != subject.get(v.gate, v.subject)]


def _blocks(verdicts: Sequence[Verdict], waivers: Sequence[Waiver]) -> list[Reason]:
    return [
        Reason("failed" if verdict.status is Status.FAILED else "errored", verdict.gate)
        for verdict in blocking(verdicts, waivers)
    ]
