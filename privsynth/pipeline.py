"""The story of a run, and the only place that knows its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never
from uuid import uuid4

from privsynth.dataset import Dataset, Exposure, Source
from privsynth.describe import describe, learn_statistics, take_fingerprints
from privsynth.describe.split import holdout_share
from privsynth.emit import in_form, serialise
from privsynth.errors import PolicyError
from privsynth.gate import Gate, gates_for, judge
from privsynth.gate.artefacts import Artefacts
from privsynth.generate import Backend, Closing, Described, Foreseeing
from privsynth.lineage.attempts import attempt
from privsynth.manifest import Facts
from privsynth.options import AutoOptions, CloneOptions, MaskOptions, ModelOptions, RulesOptions
from privsynth.pii.analyzer import model_for
from privsynth.policy import Policy
from privsynth.release import Draft, Outcome, decide
from privsynth.report import render_papers
from privsynth.seeds import Seeds
from privsynth.stages import Estimate, Stages, Watch, unwatched
from privsynth.verdict import GATES, Verdict


@dataclass(frozen=True, eq=False)
class Prepared:
    """What is known before anything is made: the settled policy, and the source with its hold-out kept aside."""

    started: datetime
    seeds: Seeds
    policy: Policy
    data: Dataset
    source: Source

    def counted(self, exposure: Exposure | None) -> Prepared:
        """With what the ledger knows of earlier runs on this source."""
        return replace(self, source=replace(self.source, exposure=exposure))


@dataclass(frozen=True, eq=False)
class Drawn:
    """A draft that no gate has seen, and what its maker says of itself."""

    draft: Draft
    recipe: Mapping[str, object]
    seed: int


def synthesize(
    data: Dataset, policy: Policy, *, backend: Backend | None = None, stages: Stages | None = None
) -> Outcome:
    """Make synthetic data, and release it only if every gate passes. `data` without a table: nothing real is read."""
    stages = stages or Stages()
    return release(
        prepare(data, policy, stages), lambda ready: draw(ready, learn(ready, stages, backend), stages), stages
    )


def release(prepared: Prepared, make: Callable[[Prepared], Drawn], stages: Stages) -> Outcome:
    """What `make` draws, judged and counted: in the ledger before anything is made, so that a run that is killed has counted."""
    if prepared.policy.has_claim:
        from privsynth.generate.model.dp.alone import refuse_undeclared

        refuse_undeclared(prepared.data)  # a line that is missing in the policy must cost no epsilon
    with attempt(prepared.data, prepared.policy) as begun:
        prepared = prepared.counted(begun.exposure)
        return begun.close(conclude(prepared, make(prepared), stages))


def prepare(data: Dataset, policy: Policy, stages: Stages) -> Prepared:
    """The source, described and split. The same rows, policy and seed always give the same halves."""
    started, seeds, policy = datetime.now(UTC), Seeds(policy.seed), settle(policy, data)
    with stages.stage("describe") as stage:
        data = describe(data, policy)
        train, holdout = data.split(holdout_share(data, policy), seeds.stream("split"))
        profile = learn_statistics(train, policy, take_fingerprints(data))
        stage.say(_roles(data))
    return Prepared(started, seeds, policy, data, Source(train, holdout, profile))


def learn(prepared: Prepared, stages: Stages, backend: Backend | None = None) -> Backend:
    """The first half of a run: a backend that has seen the training rows and nothing else."""
    backend, train = backend or backend_for(prepared.policy, watch=stages.progress), prepared.source.train
    with stages.stage("fit") as stage:
        if (estimate := foreseen(backend, train)) is not None:
            stages.expect(estimate)
        fitted = backend.fit(train, prepared.source.statistics, prepared.seeds.stream("fit"))
        stage.say(_name(_recipe(fitted)))
    return fitted


def draw(prepared: Prepared, fitted: Backend, stages: Stages, *, seed: int | None = None) -> Drawn:
    """The second half begins: rows, by the seed of the fit or by another one."""
    policy, seeds = prepared.policy, prepared.seeds if seed is None else Seeds(seed)
    rows = rows_asked(policy, prepared.data)
    with stages.stage("generate") as stage:
        sampled = in_form(fitted.sample(rows, seeds.stream("sample")), prepared.data, policy.write.format)
        if isinstance(fitted, Closing):
            fitted.close()
        draft = Draft(sampled, serialise(sampled), rows, _recipe(fitted))
        stage.say(_sizes(sampled))
    return Drawn(draft, draft.recipe, seeds.seed)


def conclude(prepared: Prepared, drawn: Drawn, stages: Stages) -> Outcome:
    """All gates, the papers, and the decision: the same for rows of a model that was fitted just now and of one that was kept."""
    verdicts = [
        _judged(gate, drawn.draft, prepared.source, prepared.policy, stages) for gate in gates_for(prepared.policy)
    ]
    return settled(prepared, drawn, verdicts, stages)


def settled(
    prepared: Prepared,
    drawn: Drawn,
    verdicts: Sequence[Verdict],
    stages: Stages,
    *,
    rows: Mapping[str, int] | None = None,
) -> Outcome:
    """The papers, their own gate, and the decision. `rows` of each table, where the draft at hand is a part of what was judged."""
    policy, source, draft = prepared.policy, prepared.source, drawn.draft
    with stages.stage("report"):
        facts = Facts(
            run_id=uuid4().hex,
            started=prepared.started,
            finished=datetime.now(UTC),
            seed=None if isinstance(policy.backend, MaskOptions) or policy.has_claim else drawn.seed,
            recipe=drawn.recipe,
            notes=tuple(dict.fromkeys((*prepared.data.notes, *draft.dataset.notes))),
            seconds=stages.seconds,
            rows=rows,
        )
        papers = render_papers(draft, verdicts, source, policy, facts)
    with stages.stage("gate artefacts") as stage:
        last = replace(Artefacts(policy).check(papers, source, seconds=policy.gate_seconds), figures=policy.figures)
        stage.judge(last)
    return decide(draft, papers, [*verdicts, last], policy.waivers)


def settle(policy: Policy, data: Dataset) -> Policy:
    """The policy with the backend chosen where it was left open, and checked against what there is to read."""
    if isinstance(policy.backend, AutoOptions):
        policy = policy.with_(backend=RulesOptions() if data.is_empty else ModelOptions())
    if data.is_empty and not isinstance(policy.backend, RulesOptions):
        raise PolicyError(f"backend {policy.backend.kind} needs a table to read.", hint="name one or more data files")
    if isinstance(policy.backend, MaskOptions) and policy.rows is not None:
        raise PolicyError(
            "backend mask keeps the rows that there are: a number cannot be asked.",
            hint="leave rows out, or use backend clone or model",
        )
    if isinstance(policy.backend, MaskOptions) and policy.backend.keeps_key:
        from privsynth.keyring import Keyring

        Keyring.for_options(
            policy.backend
        ).destroy()  # a key that cannot be had ends the run before anything is read twice
    if strange := [waiver.gate for waiver in policy.waivers if waiver.gate not in GATES]:
        raise PolicyError(
            f"waivers: no gate of this version is called {', '.join(strange)}.",
            hint="leave the waiver out: it would cover nothing",
        )
    model_for(policy.nlp)
    return policy


def rows_asked(policy: Policy, data: Dataset) -> int | None:
    """The rows of the first table: as asked, else as many as the source has. Mask keeps its rows, a rulebook and the engine dp know their own number."""
    match policy.backend:
        case MaskOptions():
            return None
        case RulesOptions():
            return policy.rows
        case _:
            return len(data.root) if policy.rows is None and not policy.has_claim else policy.rows


def foreseen(backend: Backend, train: Dataset) -> Estimate | None:
    """What the fit will take, if the backend can say."""
    return backend.foresee(train) if isinstance(backend, Foreseeing) else None


def backend_for(policy: Policy, *, watch: Watch = unwatched) -> Backend:
    """The backend that the options name."""
    options, limits = policy.backend, policy.limits
    match options:
        case ModelOptions():
            from privsynth.generate.model import Model

            return Model(options, limits, watch=watch)
        case RulesOptions():
            from privsynth.generate.rules import Rules

            return Rules(options, limits)
        case CloneOptions():
            from privsynth.generate.clone import Clone

            return Clone(options, limits)
        case MaskOptions():
            from privsynth.generate.mask import Mask

            return Mask(options, limits, nlp=policy.nlp)
        case AutoOptions():
            raise PolicyError("the backend was left open: it is chosen when the data is known.")
        case _:
            assert_never(options)


def judge_table(
    draft: Draft, source: Source, policy: Policy, gates: Sequence[str], stages: Stages | None = None
) -> list[Verdict]:
    """The named gates' verdicts on a table that somebody else made. Nothing is released by this."""
    stages = stages or Stages()
    verdicts = [_judged(gate, draft, source, policy, stages) for gate in gates_for(policy) if gate.name in gates]
    return [
        replace(verdict, figures="exact") for verdict in verdicts
    ]  # nothing leaves: who judges a table may see what was measured


def _judged(gate: Gate, draft: Draft, source: Source, policy: Policy, stages: Stages) -> Verdict:
    with stages.stage(f"gate {gate.name}") as stage:
        verdict = replace(judge(gate, draft, source, seconds=policy.gate_seconds), figures=policy.figures)
        stage.judge(verdict)
    return verdict


def _recipe(fitted: Backend) -> dict[str, object]:
    return dict(fitted.recipe) if isinstance(fitted, Described) else {"backend": type(fitted).__name__}


def _name(recipe: Mapping[str, object]) -> str:
    """Backend and engines, and why an engine was taken if it had to be chosen."""
    tables = recipe.get("tables")
    parts = [
        recipe,
        *(part for part in (tables.values() if isinstance(tables, Mapping) else ()) if isinstance(part, Mapping)),
    ]
    engines = ", ".join(dict.fromkeys(str(part["engine"]) for part in parts if "engine" in part))
    reasons = dict.fromkeys(f": {part['why']}" for part in parts if "why" in part)
    return "/".join(filter(None, (str(recipe.get("backend", "")), engines))) + ";".join(reasons)


def _sizes(data: Dataset) -> str:
    return ", ".join(f"{table.name} {len(table):,} rows x {len(table.columns)} columns" for table in data)


def _roles(data: Dataset) -> str:
    from collections import Counter

    counts = Counter(column.role.value for table in data for column in table.columns)
    return ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in counts.items()) or "no real data"
