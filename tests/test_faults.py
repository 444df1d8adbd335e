"""Whatever goes wrong, at whatever step: no table at the target, no code 0, nothing left, and no cell in what is said.

The runs are whole ones, through the command line's own entry. What makes rows and what judges them is small here, where
it is not the matter, so that hundreds of runs stay quick; without a fault the same run is released.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, Self

import jinja2
import numpy as np
import pandas as pd
import pytest
from quick import quick_if

from privsynth import cli, emit, policy, release, report
from privsynth.dataset import Dataset
from privsynth.emit import staging
from privsynth.errors import ExitCode
from privsynth.gate import artefacts, gates_for
from privsynth.lineage import attempts, ledger
from privsynth.pipeline import acts
from privsynth.recipe import Recipe
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Statistics
from privsynth.verdict import GATES, Finding, Verdict

SECRET = "Qxvzjk"  # noqa: S105 - no password: in every cell of the source, and in the message of every error that is thrown
ROWS = 400  # half of them held out are people enough for a run to begin
JUDGES = GATES[:-1]
FEW = ("copies", "fidelity", "artefacts")  # the gates whose faults are all tried by default

Fault = Callable[[pytest.MonkeyPatch, Path], None]


class Stub:
    """Draws the same words for every source."""

    recipe = Recipe(backend="stub")

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
        self.like = dataset.root
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        count = rows or 0
        made = {
            "word": _words(f"word{n}" for n in range(count)),
            "group": _words(f"group{n % 2}" for n in range(count)),
            "size": np.arange(count) * 1.0,
        }
        columns = tuple(replace(column, fabricated=True) for column in self.like.columns)
        return Dataset((replace(self.like, columns=columns, frame=pd.DataFrame(made)),))


def _words(values: Iterator[str]) -> pd.Series[Any]:
    return pd.Series(list(values), dtype=object)


@dataclass
class Judge:
    """A gate of that name that is content."""

    name: str
    say: Callable[[], Any] = lambda: [Finding("leaks", 0.0, what="leaks", limit=1.0)]

    def measure(self, draft: Draft, source: Source) -> Any:
        return self.say()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source in one folder, the place of the output in another; a quick backend, and quick gates."""
    cells = {
        "word": [f"{SECRET}{n}" for n in range(ROWS)],
        "group": [f"{SECRET}{'ab'[n % 2]}" for n in range(ROWS)],
        "size": range(71_000, 71_000 + ROWS),
    }
    pd.DataFrame(cells).to_csv(tmp_path / "in.csv", index=False)
    (tmp_path / "place").mkdir()
    monkeypatch.setattr(acts, "backend_for", lambda *_, **__: Stub())
    judged_by(monkeypatch)
    return tmp_path


def judged_by(patch: pytest.MonkeyPatch, **other: Judge | None) -> None:
    """Content gates, with these in the place of some; None leaves one out."""
    gates = [other.get(name, Judge(name)) for name in JUDGES]
    patch.setattr(acts, "gates_for", lambda policy: tuple(gate for gate in gates if gate is not None))


def run(folder: Path, *more: str) -> int:
    return cli._run(
        [
            "run",
            str(folder / "in.csv"),
            "--out",
            str(folder / "place" / "out"),
            "--seed",
            "1",
            "--set",
            "holdout=0.5",
            *more,
        ]
    )


def records(folder: Path) -> list[dict[str, Any]]:
    path = folder / "place" / "privsynth-state" / "ledger.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def check(code: int, folder: Path, capfd: pytest.CaptureFixture[str], *, left: frozenset[str] = frozenset()) -> str:
    """Nothing at the target, beside it only ledger and reasons of a refusal; no code 0, no cell in what was said."""
    said = "".join(capfd.readouterr())
    assert code not in (None, ExitCode.RELEASED)
    assert code in set(ExitCode)
    assert said.strip()
    assert SECRET not in said
    place = folder / "place"
    found = {path.name for path in place.iterdir()} if place.exists() else set()
    allowed = (
        {"privsynth-state", "out.refused"} if code in (ExitCode.BLOCKED, ExitCode.UNFAITHFUL) else {"privsynth-state"}
    )
    assert found <= allowed | left
    for paper in (place / "out.refused").glob("*"):
        assert paper.suffix in (".html", ".json")
        assert SECRET not in paper.read_text()
    assert not [name for name in found if SECRET in name]
    for file in (place / "privsynth-state").glob("*.json*"):
        assert SECRET not in file.read_text()
    return said


def counted(folder: Path) -> None:
    """Whatever was begun has counted, and was closed."""
    found = records(folder)
    assert [record["event"] for record in found] in ([], ["attempt", "outcome"])
    assert all(record["rows"] == 0 for record in found if record["event"] == "outcome")


def test_without_a_fault_the_same_run_is_released(folder: Path) -> None:
    assert run(folder) == ExitCode.RELEASED
    assert (folder / "place" / "out" / "in.csv").stat().st_size > 0
    assert {path.name for path in (folder / "place").iterdir()} == {"out", "privsynth-state"}
    assert [(record["event"], record.get("rows")) for record in records(folder)] == [
        ("attempt", ROWS),
        ("outcome", ROWS),
        ("place", None),
    ]


# --- something is raised, at every step of the story

ERRORS: dict[str, Callable[[], BaseException]] = {
    "an exception": lambda: ValueError(f"could not convert '{SECRET}7'"),
    "a key that is missing": lambda: KeyError(f"{SECRET}7"),
    "no memory": lambda: MemoryError(f"{SECRET}7"),
    "an interruption": KeyboardInterrupt,
    "a full disk": lambda: OSError(errno.ENOSPC, f"No space left for {SECRET}7", f"{SECRET}7.csv"),
    "a broken disk": lambda: OSError(errno.EIO, f"{SECRET}7"),
    "a library that ends the process": lambda: SystemExit(0),
    "a recursion": lambda: RecursionError(f"{SECRET}7"),
}
STEPS: dict[str, tuple[Any, str]] = {
    "read": (acts, "read_files"),
    "settle": (acts, "settle"),
    "describe": (acts, "describe"),
    "share": (acts, "division"),
    "split": (Dataset, "split"),
    "fingerprints": (acts, "take_fingerprints"),
    "statistics": (acts, "learn_statistics"),
    "count": (attempts, "known"),
    "choose": (acts, "backend_for"),
    "fit": (Stub, "fit"),
    "sample": (Stub, "sample"),
    "form": (acts, "in_form"),
    "serialise": (acts, "serialise"),
    "list of gates": (acts, "gates_for"),
    "judge": (acts, "judge"),
    "reports": (acts, "render_reports"),
    "page": (report, "compliance_page"),
    "other page": (report, "fidelity_page"),
    "manifest": (report, "manifest_of"),
    "decide": (acts, "decide"),
    "close": (attempts, "released_rows"),
    "evidence": (attempts, "keep_evidence"),
    "check": (emit, "check_judged"),
    "place": (acts, "note_place"),
    "publish": (emit, "publish"),
}


def raising(error: BaseException) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        raise error

    return call


@pytest.mark.parametrize(
    ("step", "error"),
    quick_if(
        lambda case: case[0] == "fit" or case[1] == "an exception",
        [(step, error) for step in STEPS for error in ERRORS],
    ),
)
def test_an_error_at_any_step(
    step: str, error: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    owner, name = STEPS[step]
    monkeypatch.setattr(owner, name, raising(ERRORS[error]()))
    code = run(folder)
    said = check(code, folder, capfd)
    assert code == (ExitCode.INTERRUPTED if error == "an interruption" else ExitCode.INTERNAL), said
    if step not in ("evidence", "place", "check", "publish"):  # there the ledger has the decision already
        counted(folder)


def test_an_error_in_a_template_says_nothing_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jinja2.Template, "render", raising(jinja2.UndefinedError(f"'{SECRET}7' is undefined")))
    assert run(folder) == ExitCode.INTERNAL
    check(ExitCode.INTERNAL, folder, capfd)


# --- a gate that breaks, that measures nothing, or that measures what no limit can be held against

SAYS: dict[str, Callable[[], Any]] = {
    "an exception": raising(ValueError(f"{SECRET}7")),
    "no memory": raising(MemoryError(f"{SECRET}7")),
    "an interruption": raising(KeyboardInterrupt()),
    "the end of the process": raising(SystemExit(0)),
    "NaN": lambda: [Finding("leaks", math.nan, what="leaks", limit=1.0)],
    "infinity": lambda: [Finding("leaks", math.inf, what="leaks", limit=1.0)],
    "minus infinity": lambda: [Finding("leaks", -math.inf, what="leaks", limit=1.0)],
    "infinitely good": lambda: [Finding("score", math.inf, what="score", limit=1.0, good="high")],
    "a figure that is missing": lambda: [
        Finding("fine", 0.0, what="fine", limit=1.0),
        Finding("leaks", None, what="leaks", limit=1.0),
    ],
    "a limit that is NaN": lambda: [Finding("leaks", 0.0, what="leaks", limit=math.nan)],
    "no finding": list,
    "None": lambda: None,
    "something else than findings": lambda: [0.0],
    "too much": lambda: [Finding("leaks", 2.0, what="leaks", limit=1.0)],
}


SHORT = ("an exception", "NaN", "no finding")  # for each gate; all of them for three
UNCLEAR = [(gate, says) for gate in JUDGES for says in (SAYS if gate in ("selftest", "copies", "fidelity") else SHORT)]


@pytest.mark.parametrize(
    ("gate", "says"), quick_if(lambda case: case[0] == "fidelity" or case[1] == "an exception", UNCLEAR)
)
def test_a_gate_that_does_not_say_a_clear_yes(
    gate: str, says: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    judged_by(monkeypatch, **{gate: Judge(gate, SAYS[says])})
    code = run(folder)
    check(code, folder, capfd)
    counted(folder)
    failed = says in ("too much", "a limit that is NaN")
    other = {"something else than findings": ExitCode.INTERNAL}.get(says, ExitCode.BLOCKED)
    assert code == (ExitCode.UNFAITHFUL if gate == "fidelity" and failed else other)
    assert (folder / "place" / "out.refused").exists() == (code != ExitCode.INTERNAL)


@pytest.mark.parametrize("says", SAYS)
def test_reports_that_their_gate_does_not_pass_are_not_shown(
    says: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(artefacts.Artefacts, "measure", lambda self, reports, source: SAYS[says]())
    code = run(folder)
    check(code, folder, capfd)
    counted(folder)
    assert not (folder / "place" / "out.refused").exists()


@pytest.mark.parametrize("gate", quick_if(lambda gate: gate in FEW, [*JUDGES, "artefacts"]))
def test_a_gate_that_takes_too_long(
    gate: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    never = Event()

    def wait(*args: Any) -> list[Finding]:
        never.wait(30)
        return [Finding("leaks", 0.0, what="leaks", limit=1.0)]

    judged_by(monkeypatch, **{gate: Judge(gate, wait)})
    if gate == "artefacts":
        monkeypatch.setattr(artefacts.Artefacts, "measure", wait)
    real = {"judge": acts.judge, "check": artefacts.Artefacts.check}
    monkeypatch.setattr(
        acts,
        "judge",
        lambda of, *args, seconds, **more: real["judge"](of, *args, seconds=0.02 if of.name == gate else 60, **more),
    )
    if gate == "artefacts":
        monkeypatch.setattr(
            artefacts.Artefacts, "check", lambda self, *args, seconds: real["check"](self, *args, seconds=0.02)
        )
    code = run(folder)
    never.set()
    assert code == ExitCode.BLOCKED
    check(code, folder, capfd)
    counted(folder)


def changed(name: str, **changes: Any) -> Fault:
    """A gate whose verdict is changed after it was given."""

    def fault(patch: pytest.MonkeyPatch, folder: Path) -> None:
        real = acts.judge

        def judge(gate: Any, *args: Any, **more: Any) -> Verdict:
            verdict = real(gate, *args, **more)
            return replace(verdict, **changes) if gate.name == name else verdict

        patch.setattr(acts, "judge", judge)

    return fault


def reports_judged(**changes: Any) -> Fault:
    def fault(patch: pytest.MonkeyPatch, folder: Path) -> None:
        real = artefacts.Artefacts.check
        patch.setattr(
            artefacts.Artefacts, "check", lambda self, *args, **more: replace(real(self, *args, **more), **changes)
        )

    return fault


def verdicts_that(change: Callable[[list[Verdict]], list[Verdict]]) -> Fault:
    def fault(patch: pytest.MonkeyPatch, folder: Path) -> None:
        real = release.decide
        patch.setattr(
            acts,
            "decide",
            lambda draft, reports, verdicts, waivers, **advice: real(
                draft, reports, change(list(verdicts)), waivers, **advice
            ),
        )

    return fault


def rows_changed_after_the_gates(patch: pytest.MonkeyPatch, folder: Path) -> None:
    real = acts.render_reports

    def render(draft: Draft, *args: Any) -> Any:
        draft.files["in.csv"] += b"one more\n"  # type: ignore[index]
        return real(draft, *args)

    patch.setattr(acts, "render_reports", render)


def reports_changed_after_their_gate(patch: pytest.MonkeyPatch, folder: Path) -> None:
    real = acts.decide

    def decide(draft: Draft, reports: Any, *more: Any, **advice: Any) -> Any:
        reports.files["report.json"] += b" "
        return real(draft, reports, *more, **advice)

    patch.setattr(acts, "decide", decide)


def _of_other_gates(wrong: str) -> bool:
    words = set(wrong.split())
    return bool(words & set(JUDGES)) and not words & set(FEW)


WRONG: dict[str, Fault] = {
    **{f"{name} judged another draft": changed(name, subject="0" * 64) for name in JUDGES},
    **{f"{name} under another name": changed(name, gate=f"{name}2") for name in JUDGES},
    **{f"{name} broke after its findings": changed(name, error="OSError") for name in JUDGES},
    **{f"no verdict of {name}": lambda patch, folder, name=name: judged_by(patch, **{name: None}) for name in JUDGES},  # type: ignore[misc]
    "artefacts judged other reports": reports_judged(subject="0" * 64),
    "artefacts under another name": reports_judged(gate="pii"),
    "no verdict at all": verdicts_that(lambda verdicts: []),
    "one verdict twice": verdicts_that(lambda verdicts: [*verdicts, verdicts[0]]),
    "a verdict too many": verdicts_that(lambda verdicts: [*verdicts, replace(verdicts[0], gate="other")]),
    "only the reports judged": verdicts_that(lambda verdicts: verdicts[-1:]),
    "the reports not judged": verdicts_that(lambda verdicts: verdicts[:-1]),
    "rows changed after the gates": rows_changed_after_the_gates,
    "reports changed after their gate": reports_changed_after_their_gate,
}


@pytest.mark.parametrize("wrong", quick_if(lambda wrong: not _of_other_gates(wrong), WRONG))
def test_verdicts_that_are_not_the_full_list_about_this_draft(
    wrong: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    WRONG[wrong](monkeypatch, folder)
    code = run(folder)
    assert code == ExitCode.BLOCKED
    check(code, folder, capfd)
    counted(folder)


@pytest.mark.parametrize("name", quick_if(lambda name: name in FEW, JUDGES))
def test_a_gate_that_cannot_be_imported(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    module = type(next(gate for gate in gates_for(policy.Policy(backend="model")) if gate.name == name)).__module__
    monkeypatch.setattr(acts, "gates_for", gates_for)
    monkeypatch.setitem(sys.modules, module, None)
    assert run(folder) == ExitCode.INTERNAL
    check(ExitCode.INTERNAL, folder, capfd)
    counted(folder)


# --- the control is missing, or the table has nothing to tell


def test_without_a_hold_out_nothing_is_released(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (real,) = (gate for gate in gates_for(policy.Policy(backend="model")) if gate.name == "copies")
    judged_by(monkeypatch, copies=real)
    monkeypatch.setattr(Dataset, "split", lambda self, share, rng: (self, Dataset(())))
    assert run(folder) == ExitCode.BLOCKED
    check(ExitCode.BLOCKED, folder, capfd)


@pytest.mark.parametrize("name", ["copies", "membership", "singling_out", "linkability"])
def test_an_empty_hold_out_is_no_control(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (real,) = (gate for gate in gates_for(policy.Policy(backend="model")) if gate.name == name)
    judged_by(monkeypatch, **{name: real})
    monkeypatch.setattr(
        Dataset, "split", lambda self, share, rng: (self, Dataset(tuple(table.take(np.arange(0)) for table in self)))
    )
    assert run(folder) == ExitCode.BLOCKED
    check(ExitCode.BLOCKED, folder, capfd)


@pytest.mark.parametrize("rows", [1, 2, 60])
def test_a_source_of_constant_columns_is_refused_in_order(
    rows: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pd.DataFrame({"word": [f"{SECRET}"] * rows, "size": [71_001] * rows}).to_csv(folder / "in.csv", index=False)
    monkeypatch.setattr(acts, "gates_for", gates_for)
    code = run(folder)
    assert code in (ExitCode.BLOCKED, ExitCode.INPUT, ExitCode.INTERNAL)
    check(code, folder, capfd)


# --- the limits are not those of this version


def profile_text(change: Callable[[bytes], bytes]) -> Fault:
    def fault(patch: pytest.MonkeyPatch, folder: Path) -> None:
        real = policy._profile_text
        patch.setattr(policy, "_profile_text", lambda name: change(real(name)))
        policy.profile_rules.cache_clear()

    return fault


THIS = policy.PROFILES["internal"]
VERSION = f"version: {THIS}".encode()

PROFILES: dict[str, Fault] = {
    **{
        f"cut off after {share:.0%}": profile_text(lambda text, share=share: text[: round(len(text) * share)])
        for share in (0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9)
    },  # type: ignore[misc]
    "of an older version": profile_text(lambda text: text.replace(VERSION, f"version: {THIS - 1}".encode())),
    "of a later version": profile_text(lambda text: text.replace(VERSION, f"version: {THIS + 1}".encode())),
    "without a version": profile_text(lambda text: text.replace(VERSION, b"")),
    "of another name": profile_text(lambda text: text.replace(b"profile: internal", b"profile: other")),
    "with a limit of null": profile_text(lambda text: text.replace(b"copy_max: 0.005", b"copy_max: null")),
    "with a limit of NaN": profile_text(lambda text: text.replace(b"copy_max: 0.005", b"copy_max: .nan")),
    "with a limit of infinity": profile_text(lambda text: text.replace(b"copy_max: 0.005", b"copy_max: .inf")),
    "with a limit that is a word": profile_text(lambda text: text.replace(b"copy_max: 0.005", b"copy_max: none")),
    "with a limit unknown": profile_text(lambda text: text.replace(b"copy_max:", b"copy_most:")),
    "that is no YAML": profile_text(lambda text: b"limits: [1, 2"),
    "that is a list": profile_text(lambda text: b"- 1\n"),
    "that is not there": profile_text(raising(FileNotFoundError(errno.ENOENT, "no such file"))),
}


@pytest.mark.parametrize("wrong", PROFILES)
def test_limits_that_are_not_those_of_this_version(
    wrong: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        PROFILES[wrong](monkeypatch, folder)
        code = run(folder)
    finally:
        monkeypatch.undo()
        policy.profile_rules.cache_clear()
    check(code, folder, capfd)
    assert code in (ExitCode.USAGE, ExitCode.INTERNAL)
    assert records(folder) == []


# --- the ledger


def state(folder: Path) -> Path:
    return folder / "place" / "privsynth-state"


def with_ledger(change: Callable[[Path], None]) -> Fault:
    """A ledger of one run, and then somebody at it."""

    def fault(patch: pytest.MonkeyPatch, folder: Path) -> None:
        with ledger.open_ledger(state(folder)).pages() as pages:
            pages.append(event="attempt", source="s", family="f")
            pages.append(event="outcome", attempt=1, outcome="released", rows=1)
        change(state(folder))

    return fault


def locked(patch: pytest.MonkeyPatch, folder: Path) -> None:
    ledger.open_ledger(state(folder))
    held = os.open(state(folder) / "ledger.lock", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    patch.setattr(ledger, "PATIENCE", 0.01)


def failing_call(owner: Any, name: str, problem: int, at: int) -> Fault:
    """The n-th of these calls while a record is written fails."""

    def fault(patch: pytest.MonkeyPatch, folder: Path) -> None:
        ledger.open_ledger(state(folder))
        real, real_append, seen = getattr(owner, name), ledger.Pages.append, {"in": False, "calls": 0}

        def call(*args: Any, **more: Any) -> Any:
            seen["calls"] += seen["in"]
            if seen["in"] and seen["calls"] == at:
                raise OSError(problem, f"{SECRET}7")
            return real(*args, **more)

        def append(self: Any, **content: Any) -> Any:
            seen["in"] = True
            try:
                return real_append(self, **content)
            finally:
                seen["in"] = False

        patch.setattr(owner, name, call)
        patch.setattr(ledger.Pages, "append", append)

    return fault


def clock_set_back(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """The last record was written two days later than now."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(days=2)

    with patch.context() as then:
        then.setattr(ledger, "datetime", Later)
        with_ledger(lambda folder: None)(then, folder)


def clock_set_back_during_the_run(patch: pytest.MonkeyPatch, folder: Path) -> None:
    times = iter([datetime.now(UTC)])

    class Back(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return next(times, datetime.now(tz) - timedelta(days=400))

    patch.setattr(ledger, "datetime", Back)


def rewritten(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def at(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return at


def _of_a_full_disk(wrong: str) -> bool:
    """Of the calls that fail, in many ways each, one way is tried by default."""
    return " number " not in wrong or (wrong.startswith("ENOSPC") and wrong.endswith((" 1", " 2", " 4")))


LEDGERS: dict[str, Fault] = {
    "locked": locked,
    "without its end": with_ledger(rewritten("ledger.jsonl", lambda text: text[: text.index(b"\n") + 1])),
    "emptied": with_ledger(rewritten("ledger.jsonl", lambda text: b"")),
    "half a line": with_ledger(rewritten("ledger.jsonl", lambda text: text[:-20])),
    "a changed figure": with_ledger(rewritten("ledger.jsonl", lambda text: text.replace(b'"rows":1', b'"rows":0'))),
    "no JSON": with_ledger(rewritten("ledger.jsonl", lambda text: b"hello\n" + text)),
    "a changed head": with_ledger(rewritten("ledger.head", lambda text: b"{}")),
    "an empty head": with_ledger(rewritten("ledger.head", lambda text: b"")),
    "a short key": with_ledger(rewritten("ledger.key", lambda text: text[:5])),
    "no key": with_ledger(lambda folder: (folder / "ledger.key").unlink()),
    "no head": with_ledger(lambda folder: (folder / "ledger.head").unlink()),
    "no ledger": with_ledger(lambda folder: (folder / "ledger.jsonl").unlink()),
    "open to others": with_ledger(lambda folder: (folder / "ledger.jsonl").chmod(0o644)),
    "a folder open to others": with_ledger(lambda folder: folder.chmod(0o755)),
    "a file in its place": lambda patch, folder: state(folder).write_text("x") and None,  # type: ignore[func-returns-value]
    "a link in its place": lambda patch, folder: state(folder).symlink_to(folder),
    "from the future": clock_set_back,
    "a clock set back during the run": clock_set_back_during_the_run,
    **{
        f"{errno.errorcode[problem]} at {name} number {at}": failing_call(os, name, problem, at)
        for name, most in (("write", 4), ("fsync", 8), ("open", 8))
        for problem in (errno.ENOSPC, errno.EIO, errno.EROFS)
        for at in range(1, most + 1)
    },
}


@pytest.mark.parametrize("wrong", quick_if(_of_a_full_disk, LEDGERS))
def test_a_ledger_that_cannot_count(
    wrong: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    LEDGERS[wrong](monkeypatch, folder)
    code = run(folder)
    monkeypatch.undo()
    check(code, folder, capfd)
    assert code in (ExitCode.INTERNAL, ExitCode.USAGE)


# --- the files are being written


def while_written(hook: Callable[[pytest.MonkeyPatch, Path], None]) -> Fault:
    """Something happens between the decision and the rename, and at no other time."""

    def fault(patch: pytest.MonkeyPatch, folder: Path) -> None:
        real = emit.publish

        def publish(files: Any, target: Path, *, overwrite: bool) -> Any:
            with pytest.MonkeyPatch.context() as inner:
                hook(inner, target)
                return real(files, target, overwrite=overwrite)

        patch.setattr(emit, "publish", publish)

    return fault


def call_fails(owner: Any, name: str, problem: int, at: int) -> Fault:
    def hook(inner: pytest.MonkeyPatch, target: Path) -> None:
        real, calls = getattr(owner, name), iter(range(1, 10_000))

        def call(*args: Any, **more: Any) -> Any:
            if next(calls) == at:
                raise OSError(problem, f"{SECRET}7", f"{SECRET}7")
            return real(*args, **more)

        inner.setattr(owner, name, call)

    return while_written(hook)


def rename_fails(problem: int) -> Fault:
    return while_written(lambda inner, target: inner.setattr(staging, "_renameat2", lambda *how: problem))


def before_the_rename(do: Callable[[Path], object]) -> Fault:
    """Somebody is at the folder when all files are in it."""

    def hook(inner: pytest.MonkeyPatch, target: Path) -> None:
        real = staging.flush_folder

        def flush(folder: Path) -> None:
            if folder != target.parent:
                do(folder)
            real(folder)

        inner.setattr(staging, "flush_folder", flush)

    return while_written(hook)


def half_written(name: str) -> Fault:
    def hook(inner: pytest.MonkeyPatch, target: Path) -> None:
        real = staging._write
        inner.setattr(
            staging,
            "_write",
            lambda path, content: real(path, content[: len(content) // 2] if path.name == name else content),
        )

    return while_written(hook)


def release_changed(patch: pytest.MonkeyPatch, folder: Path) -> None:
    real = acts.emit

    def changed_emit(made: Any, *args: Any, **more: Any) -> Any:
        object.__setattr__(made, "files", {name: content + b"\n" for name, content in made.files.items()})
        return real(made, *args, **more)

    patch.setattr(acts, "emit", changed_emit)


OWNERS: dict[str, Any] = {
    "open": os,
    "fsync": os,
    "close": os,
    "fdopen": os,
    "flock": fcntl,
    "mkdir": Path,
    "iterdir": Path,
}
WRITING: dict[str, Fault] = {
    **{
        f"{errno.errorcode[problem]} at {name} number {at}": call_fails(OWNERS[name], name, problem, at)
        for name, places in (
            ("open", (1, 2, 4, 6)),
            ("fsync", (1, 3, 5, 6, 7)),
            ("fdopen", (1, 2, 4)),
            ("flock", (1,)),
            ("mkdir", (1, 2)),
        )
        for problem in (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.ENOENT)
        for at in places
    },
    **{
        f"{errno.errorcode[problem]} at the rename": rename_fails(problem)
        for problem in (errno.EXDEV, errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS)
    },
    **{
        f"half of {name} written": half_written(name)
        for name in ("in.csv", "report.json", "compliance.html", "manifest.json")
    },
    "rows changed on the disk": before_the_rename(lambda folder: (folder / "in.csv").write_bytes(b"word,group,size\n")),
    "rows added on the disk": before_the_rename(
        lambda folder: (folder / "in.csv").write_bytes((folder / "in.csv").read_bytes() + b"x,y,1\n")
    ),
    "a report changed on the disk": before_the_rename(lambda folder: (folder / "report.json").write_bytes(b"{}")),
    "a file too many": before_the_rename(lambda folder: (folder / "real.csv").write_bytes(f"{SECRET}\n".encode())),
    "a file too few": before_the_rename(lambda folder: (folder / "compliance.html").unlink()),
    "a link in the place of a file": before_the_rename(
        lambda folder: ((folder / "in.csv").unlink(), (folder / "in.csv").symlink_to("/dev/null"))
    ),
    "the folder vanished": before_the_rename(shutil.rmtree),
    "the release changed after the decision": release_changed,
}


@pytest.mark.parametrize("wrong", quick_if(_of_a_full_disk, WRITING))
def test_files_that_cannot_be_written(
    wrong: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    WRITING[wrong](monkeypatch, folder)
    code = run(folder)
    monkeypatch.undo()
    assert code == ExitCode.INTERNAL
    check(code, folder, capfd)


@pytest.mark.parametrize(
    "wrong", ["the place vanished", "another run was quicker", "a file stands there", "a link stands there"]
)
def test_a_place_that_changed_during_the_run(
    wrong: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    target = folder / "place" / "out"
    real = acts.decide
    changes: dict[str, Callable[[], object]] = {
        "the place vanished": lambda: (shutil.rmtree(folder / "place"), (folder / "place").write_text("x")),
        "another run was quicker": lambda: (target.mkdir(), (target / "theirs").touch()),
        "a file stands there": target.touch,
        "a link stands there": lambda: target.symlink_to(folder),
    }

    def decide(*args: Any, **advice: Any) -> Any:
        changes[wrong]()
        return real(*args, **advice)

    monkeypatch.setattr(acts, "decide", decide)
    code = run(folder)
    assert code in (ExitCode.INTERNAL, ExitCode.USAGE)
    if (folder / "place").is_dir():
        check(code, folder, capfd, left=frozenset({"out"}))
        assert not (target / "in.csv").exists() or target.is_symlink()
    assert SECRET not in "".join(capfd.readouterr())
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv", "place"]


def test_at_least_two_hundred_faults_are_tried() -> None:
    gates = len(UNCLEAR) + len(SAYS) + 2 * len(JUDGES) + 1
    assert len(STEPS) * len(ERRORS) + gates + len(WRONG) + len(PROFILES) + len(LEDGERS) + len(WRITING) >= 500
