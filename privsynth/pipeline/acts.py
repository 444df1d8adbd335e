"""The steps of the order, each once: what it is given, the stage in which it is seen, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from privsynth.content import blocks
from privsynth.dataset import Dataset
from privsynth.describe import describe, facts_of, learn_statistics, take_fingerprints
from privsynth.describe.dropping import dropped_notes
from privsynth.describe.relations import relation_notes
from privsynth.describe.split import division
from privsynth.emit import Inputs, check_judged, emit, emit_refusal, emit_reports, guard_notes, in_form, serialise
from privsynth.gate import Gate, gates_for, judge
from privsynth.gate.artefacts import Artefacts
from privsynth.generate import Backend, Closing, Described, Foreseeing
from privsynth.left_out import lesson, without_left_out
from privsynth.lineage.attempts import Attempt, attempt, note_place, so_far
from privsynth.manifest import Facts
from privsynth.options import MaskOptions, RulesOptions
from privsynth.pipeline.bound import bindings_for, bound, kept_in_words
from privsynth.pipeline.choices import (
    backend_for,
    inferred_from,
    refuse_made,
    rows_asked,
    seed_notes,
    seeds_for,
    settle,
)
from privsynth.pipeline.earlier import earlier_releases, refuse_unreadable
from privsynth.pipeline.evidence import NOTHING, missing_evidence, overspent, unjudged
from privsynth.pipeline.folds import fresh_backends, with_drafts
from privsynth.pipeline.inferring import held_out_before
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.frames import read_frame
from privsynth.recipe import Recipe
from privsynth.release import Draft, Notice, Outcome, Release, Reports, decide
from privsynth.report import render_reports
from privsynth.report.changed import unseen_changes
from privsynth.report.losses import FEW, left_open, losses, not_judged
from privsynth.report.notice import render_notice
from privsynth.report.traces import traces
from privsynth.seeds import Seeds
from privsynth.source import Source, SourceFold, WholeSource
from privsynth.stages import Estimate, Stages
from privsynth.statistics import Statistics
from privsynth.verdict import Verdict, blocking
from privsynth.way_out import FIRST, NO_ADVICE, Advice, Course
from privsynth.ways import ways_out

if TYPE_CHECKING:
    from privsynth.generate.rules.vocabulary.rulebook import Inferred

Data = Any  # a path, several paths, a frame (pandas, polars, pyarrow, DuckDB), or a mapping of names to frames


@dataclass(frozen=True, eq=False, kw_only=True)
class Prepared:
    """What is known before anything is made: the settled policy, and the source with its hold-out kept aside."""

    started: datetime
    seeds: Seeds
    policy: Policy
    data: Dataset
    source: Source
    course: Course = FIRST  # by which ways out it was reached

    @property
    def lesson(self) -> tuple[Dataset, Statistics]:
        """What a backend may see. Mask leaves columns out itself, since rows follow from all that is known of them."""
        source = self.source
        return (source.train, source.statistics) if isinstance(self.policy.backend, MaskOptions) else lesson(source)

    def with_notes(self, *notes: str) -> Prepared:
        return replace(self, data=self.data.with_notes(*notes))


@dataclass(frozen=True, eq=False)
class Drawn:
    """A draft that no gate has seen, and the seed of its rows."""

    draft: Draft
    seed: int


def read(data: Data, policy: Policy, stages: Stages) -> Dataset:
    """Any kind of data as a dataset; None is a dataset without a table, and what was read already is taken as it is."""
    if isinstance(data, Dataset):
        return data
    with stages.stage("read") as stage:
        dataset = _read(data, policy)
        stage.say(sizes_in_words(dataset) or "no data, a rulebook")
    stages.notes(dataset.notes)
    return dataset


def prepare(
    data: Dataset, policy: Policy, stages: Stages, seeds: Seeds | None = None, *, is_foreign: bool = False
) -> Prepared:
    """The source, described and split. The same rows, policy and seed always give the same halves.

    `is_foreign`: what will be fitted was passed, and may take its time.
    """
    refuse_unreadable(policy.against)
    started, policy = datetime.now(UTC), settle(policy, data)
    seeds = seeds or seeds_for(policy)
    before = data.notes
    with stages.stage("describe") as stage:
        data = describe(data, policy)
        bindings, unbound = bindings_for(policy, data)
        refuse_made(policy, data)
        mark = None if data.is_empty or is_foreign else inferred_from(policy.backend)
        train, holdout, folds = _divided(data, policy, seeds, mark, is_foreign=is_foreign)
        statistics = learn_statistics(train, policy.limits, take_fingerprints(data), ruled=policy.ruled)
        stage.say("; ".join(filter(None, (_roles_in_words(data), people_in_words(data)))))
    data = data.with_notes(*seed_notes(policy), *unbound)
    known = [*dropped_notes(data), *relation_notes(data)]
    stages.notes(known)
    stages.warnings([note for note in data.notes if note not in (*before, *known)])
    parts = tuple(SourceFold(*each) for each in folds)
    whole = WholeSource(data, facts_of(data))
    source = Source(
        train, holdout, statistics, folds=parts, whole=whole, is_of_book=mark is not None, bindings=bindings
    )
    return Prepared(started=started, seeds=seeds, policy=policy, data=data, source=source)


def _divided(
    data: Dataset, policy: Policy, seeds: Seeds, mark: Inferred | None, *, is_foreign: bool
) -> tuple[Dataset, Dataset, list[tuple[Dataset, Dataset]]]:
    """Who is learnt from, who is held out, and the folds where nobody is. An inferred book has decided it before."""
    if mark is not None:
        return *held_out_before(data, policy, mark), []
    divided = division(data, policy, is_quick=policy.is_quick and not is_foreign)
    train, holdout = data.split(divided.share, seeds.stream("split"))
    return train, holdout, data.folds(divided.folds, seeds.stream("folds")) if divided.folds else []


def learn(prepared: Prepared, stages: Stages, backend: Backend | None = None) -> Backend:
    """A backend that has seen the training rows and nothing else."""
    policy = prepared.policy
    train, statistics = prepared.lesson
    backend = backend or backend_for(policy.backend, policy.limits, nlp=policy.nlp, watch=stages.progress)
    backend = bound(backend, policy, prepared.source.bindings)
    with stages.stage("fit") as stage:
        estimate = foreseen(backend, train)
        if estimate is not None:
            stages.expect(estimate)
        fitted = backend.fit(train, statistics, prepared.seeds.chance("fit"))
        stage.say(_recipe_in_words(recipe_of(fitted)))
    return fitted


def foreseen(backend: Backend, train: Dataset) -> Estimate | None:
    """What the fit will take, if the backend can say."""
    return backend.foresee(train) if isinstance(backend, Foreseeing) else None


def draw(prepared: Prepared, fitted: Backend, stages: Stages, *, seed: int | None = None) -> Drawn:
    """Rows, by the seed of the fit or by another one."""
    policy, seeds = prepared.policy, prepared.seeds if seed is None else Seeds(seed)
    rows = rows_asked(policy, prepared.data)
    with stages.stage("generate") as stage:
        sampled = in_form(fitted.sample(rows, seeds.chance("sample")), prepared.data, policy.write.format)
        if isinstance(fitted, Closing):
            fitted.close()
        draft = Draft(sampled, serialise(sampled), rows, recipe_of(fitted))
        stage.say(sizes_in_words(sampled))
    stages.notes(kept_in_words(draft.recipe.kept))
    if isinstance(policy.backend, RulesOptions):  # what could not be made as the book says, or is so on purpose
        stages.notes([note for note in sampled.notes if note not in prepared.data.notes])
    return Drawn(draft, seeds.seed)


def release(
    prepared: Prepared, make: Callable[[Prepared], Drawn], stages: Stages, *, backend: Backend | None = None
) -> Outcome:
    """What `make` draws, judged and decided on. The ledger counts it first: a run that is killed has counted.

    `backend` is a foreign one that `make` will fit.
    """
    if prepared.policy.has_claim:
        from privsynth.generate.model.dp.alone import refuse_undeclared

        refuse_undeclared(without_left_out(prepared.data))  # a line that is missing in the policy must cost no epsilon
    if missing_evidence(prepared) is not None:
        prepared, verdicts = with_certain(prepared, is_foreign=backend is not None)
        return decided(prepared, Drawn(NOTHING, prepared.seeds.seed), verdicts, stages)
    with attempt(prepared.data, prepared.policy) as begun:
        prepared = known_before(prepared, begun, stages)
        if over := overspent(prepared, begun.exposure, is_foreign=backend is not None):
            verdicts = unjudged(prepared, None, over)
            return begun.close(decided(prepared, Drawn(NOTHING, prepared.seeds.seed), verdicts, stages))
        fresh = fresh_backends(prepared.policy, backend if prepared.source.folds else None)
        drawn = make(prepared)
        prepared = with_drafts(prepared, fresh, stages)
        verdicts = judged(drawn.draft, prepared.source, prepared.policy, stages)
        return begun.close(decided(prepared, drawn, verdicts, stages))


def known_before(prepared: Prepared, begun: Attempt, stages: Stages) -> Prepared:
    """With what the ledger knows: which other sources this one is counted with, and what of it went out before."""
    earlier = earlier_releases(prepared.policy, begun)
    notes = [*(begun.exposure.notes if begun.exposure else ()), *_of_new_ledger(prepared.policy, begun), *earlier.notes]
    stages.notes(notes)
    source = replace(prepared.source, exposure=begun.exposure, earlier=earlier.releases, earlier_unseen=earlier.unseen)
    return replace(prepared, source=source).with_notes(*notes)


def _of_new_ledger(policy: Policy, begun: Attempt) -> list[str]:
    """Where attempts have a limit, a ledger that begins with this one counts none that was made elsewhere."""
    if begun.number != 1 or policy.limits.attempts_max is None:
        return []
    return [
        f"a new ledger begins with this run, and knows nothing of others: the profile {policy.profile} allows "
        f"{policy.limits.attempts_max} attempts on a source in all, so name the one that counts them with --state"
    ]


def judged(draft: Draft, source: Source, policy: Policy, stages: Stages) -> list[Verdict]:
    """The verdict of every gate on the rows."""
    return [_verdict(gate, draft, source, policy, stages) for gate in gates_for(policy)]


def judged_by(names: Sequence[str], draft: Draft, source: Source, policy: Policy, stages: Stages) -> list[Verdict]:
    """The verdicts of the named gates, with exact figures: for whoever has the real rows at hand."""
    gates = [gate for gate in gates_for(policy) if gate.name in names]
    return [replace(_verdict(gate, draft, source, policy, stages), figures="exact") for gate in gates]


def _verdict(gate: Gate, draft: Draft, source: Source, policy: Policy, stages: Stages) -> Verdict:
    with stages.stage(f"gate {gate.name}") as stage:
        verdict = replace(
            judge(gate, draft, source, seconds=policy.gate_seconds, watch=stages.progress), figures=policy.figures
        )
        stage.judge(verdict)
    return verdict


def decided(
    prepared: Prepared,
    drawn: Drawn,
    verdicts: Sequence[Verdict],
    stages: Stages,
    *,
    rows: Mapping[str, int] | None = None,
) -> Outcome:
    """The reports, their own gate, and the decision. `rows` of each table, where the draft is one part of them."""
    policy, source, draft = prepared.policy, prepared.source, drawn.draft
    exact = policy.figures == "exact"
    traced, led_back = traces(
        verdicts, most=policy.limits.tracing_max, exact=exact, without=prepared.source.train.lookups
    )
    warned = [*not_judged(verdicts), *losses(verdicts, exact=exact), *led_back]
    guards = guard_notes(draft.dataset)
    changed = [*unseen_changes(source.train, draft.dataset), *guards]
    stages.notes([*left_open(verdicts, exact=exact, below=FEW), *traced, *guards])
    stages.warnings(warned)
    advice = advice_on(prepared, draft, verdicts)
    with stages.stage("report"):
        facts = replace(_facts(prepared.with_notes(*warned, *changed), drawn, stages.seconds, rows), advice=advice)
        reports = render_reports(draft, verdicts, source, policy, facts)
    with stages.stage("gate artefacts") as stage:
        last = _of_reports(reports, source, policy)
        stage.judge(last)
    if not blocking([last]):
        return decide(draft, reports, [*verdicts, last], policy.waivers, advice=advice)
    advice = advice_on(prepared, draft, [*verdicts, last])
    notice = _notice(verdicts, last, source, policy)
    return decide(draft, reports, [*verdicts, last], policy.waivers, advice=advice, notice=notice)


def _of_reports(reports: Reports, source: Source, policy: Policy) -> Verdict:
    return replace(Artefacts(policy).check(reports, source, seconds=policy.gate_seconds), figures=policy.figures)


def _notice(verdicts: Sequence[Verdict], last: Verdict, source: Source, policy: Policy) -> Notice | None:
    """What is said instead of reports that leak: with the names of columns if these leak nothing, else without."""
    for bare in (False, True):
        reports = render_notice(verdicts, last, policy, bare=bare)
        verdict = _of_reports(reports, source, policy)
        if not blocking([verdict]):
            return Notice(reports, verdict)
    return None


def advice_on(prepared: Prepared, draft: Draft, verdicts: Sequence[Verdict]) -> Advice:
    """The ways out of what these verdicts come to; none where that is a release."""
    exposure = prepared.source.exposure
    before = (*(exposure.before if exposure else ()), *prepared.course.path)
    return prepared.course.onwards(ways_out(verdicts, prepared.policy, draft, prepared.source, before))


def with_certain(prepared: Prepared, *, is_foreign: bool = False) -> tuple[Prepared, list[Verdict]]:
    """Why no draft of this source could pass, known before anything is fitted, if so; and what the ledger knows of it.

    No attempt is counted.
    """
    exposure = so_far(prepared.data, prepared.policy)
    begun = None if exposure is None else replace(exposure, attempt=exposure.attempt + 1)
    missing, over = missing_evidence(prepared), overspent(prepared, begun, is_foreign=is_foreign)
    known = replace(prepared, source=replace(prepared.source, exposure=exposure))
    return known, unjudged(known, missing, over) if missing or over else []


def certain_refusal(prepared: Prepared) -> tuple[Sequence[Verdict], Advice]:
    """The same, with the ways out."""
    prepared, verdicts = with_certain(prepared)
    return verdicts, advice_on(prepared, NOTHING, verdicts) if verdicts else NO_ADVICE


def write(
    outcome: Outcome, out: Path, *, overwrite: bool, inputs: Inputs = (), state: Path | None = None
) -> list[Path]:
    """A release to the folder `out`, or the reports of a refusal to `<out>.refused`. Neither replaces an input."""
    if isinstance(outcome, Release):
        note_place(state, outcome, out)
        return emit(outcome, out, overwrite=overwrite, inputs=inputs)
    return emit_refusal(outcome, out, inputs=inputs)


def write_reports(outcome: Outcome, folder: Path, *, overwrite: bool, inputs: Inputs = ()) -> list[Path]:
    """The reports alone, where the rows go elsewhere; a refusal's to `<folder>.refused`."""
    return emit_reports(outcome, folder, overwrite=overwrite, inputs=inputs)


def rows_of(outcome: Outcome) -> Iterator[bytes]:
    """The bytes of the one released file; nothing for a refusal."""
    if isinstance(outcome, Release):
        check_judged(outcome)
        (content,) = outcome.files.values()
        yield from blocks(content)


def recipe_of(fitted: Backend) -> Recipe:
    """What a backend says of itself, for the manifest."""
    return fitted.recipe if isinstance(fitted, Described) else Recipe(backend=type(fitted).__name__)


def is_path(data: Data) -> bool:
    """Whether the data lies in files, or nowhere."""
    several = isinstance(data, list | tuple) and bool(data) and all(isinstance(item, str | Path) for item in data)
    return data is None or several or isinstance(data, str | Path)


def files_in(data: Data) -> list[str]:
    """The files and folders that the data lies in, if it lies in any."""
    if data is None or not is_path(data):
        return []
    return [str(data)] if isinstance(data, str | Path) else [str(item) for item in data]


def sizes_in_words(data: Dataset) -> str:
    return ", ".join(f"{table.name} {len(table):,} rows x {len(table.columns)} columns" for table in data)


def _read(data: Data, policy: Policy) -> Dataset:
    if data is None:
        return Dataset(())
    if is_path(data):
        return read_files([data] if isinstance(data, str | Path) else list(data), policy)
    return read_frame(data, policy)


def _facts(prepared: Prepared, drawn: Drawn, seconds: Mapping[str, float], rows: Mapping[str, int] | None) -> Facts:
    policy, draft = prepared.policy, drawn.draft
    follows = draft.dataset.is_of_people  # real rows, also those of a foreign backend
    repeats = not (prepared.seeds.is_secret or follows or policy.has_claim)  # whether its seed may be told
    return Facts(
        run_id=uuid4().hex,
        started=prepared.started,
        finished=datetime.now(UTC),
        seed=drawn.seed if repeats else None,
        recipe=draft.recipe,
        notes=tuple(dict.fromkeys((*prepared.data.notes, *draft.dataset.notes))),
        seconds=seconds,
        rows=rows,
        course=prepared.course,
    )


def _recipe_in_words(recipe: Recipe) -> str:
    """Backend and engines, and why an engine was taken if it had to be chosen."""
    engines = ", ".join(dict.fromkeys(table.engine for table in recipe.tables.values()))
    reasons = dict.fromkeys(f": {table.why}" for table in recipe.tables.values() if table.why)
    return "/".join(filter(None, (recipe.backend, engines))) + ";".join(reasons)


def people_in_words(data: Dataset) -> str:
    """Whose rows they were taken for: the unit that is split, counted and protected."""
    if data.is_empty:
        return ""
    root, below = data.root, len(data.tables) > 1
    of, with_others = (f" of {root.name}", ", with all that hangs on it") if below else ("", "")
    if root.person is None:
        return f"each row{of} was taken for one person{with_others}"
    return f"rows{of} are split and judged by {root.person}: {root.number_of_people:,} people{with_others}"


def _roles_in_words(data: Dataset) -> str:
    counts = Counter(column.role.value for table in data for column in table.columns)
    return ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in counts.items()) or "no real data"
