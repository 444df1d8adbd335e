"""The story of a run, and the only place that knows its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import assert_never
from uuid import uuid4

from privsynth.dataset import Dataset, Source
from privsynth.emit import in_form, serialise
from privsynth.errors import PolicyError
from privsynth.gate import Gate, gates_for, judge
from privsynth.gate.artefacts import Artefacts
from privsynth.generate import Backend, Described
from privsynth.manifest import Facts
from privsynth.pii.analyzer import model_for
from privsynth.policy import AutoOptions, CloneOptions, MaskOptions, ModelOptions, Policy, RulesOptions
from privsynth.profile import describe, profile_dataset, take_fingerprints
from privsynth.profile.split import holdout_share
from privsynth.release import Draft, Outcome, decide
from privsynth.report import render_papers
from privsynth.seeds import Seeds
from privsynth.stages import Stages
from privsynth.verdict import Verdict


def synthesize(data: Dataset, policy: Policy, *, backend: Backend | None = None, stages: Stages | None = None) -> Outcome:
    """Make synthetic data, and release it only if every gate passes. `data` without a table: nothing real is read."""
    started, seeds, stages = datetime.now(UTC), Seeds(policy.seed), stages or Stages()
    policy = settle(policy, data)

    with stages.stage("profile") as stage:
        data = describe(data, policy)
        rows = rows_asked(policy, data)
        train, holdout = data.split(holdout_share(data, policy), seeds.stream("split"))
        profile = profile_dataset(train, policy, take_fingerprints(data))
        stage.say(_roles(data))
    with stages.stage("generate") as stage:
        maker = backend or backend_for(policy)
        fitted = maker.fit(train, profile, seeds.stream("fit"))
        sampled = in_form(fitted.sample(rows, seeds.stream("sample")), data, policy.write.format)
        draft = Draft(sampled, serialise(sampled), rows)
        recipe: dict[str, object] = dict(fitted.recipe) if isinstance(fitted, Described) else {"backend": type(fitted).__name__}
        stage.say(f"{_name(recipe)}   {_sizes(sampled)}")

    source = Source(train, holdout, profile)
    verdicts = [_judged(gate, draft, source, policy, stages) for gate in gates_for(policy)]
    with stages.stage("report"):
        facts = Facts(
            run_id=uuid4().hex,
            started=started,
            finished=datetime.now(UTC),
            seed=None if isinstance(policy.backend, MaskOptions) else seeds.seed,
            recipe=recipe,
            notes=tuple(dict.fromkeys((*data.notes, *sampled.notes))),
            seconds=stages.seconds,
        )
        papers = render_papers(draft, verdicts, source, policy, facts)
    with stages.stage("gate artefacts") as stage:
        verdicts.append(Artefacts(policy).check(papers, source, seconds=policy.gate_seconds))
        stage.judge(verdicts[-1])
    return decide(draft, papers, verdicts)


def settle(policy: Policy, data: Dataset) -> Policy:
    """The policy with the backend chosen where it was left open, and checked against what there is to read."""
    if isinstance(policy.backend, AutoOptions):
        policy = policy.with_(backend=RulesOptions() if data.is_empty else ModelOptions())
    if data.is_empty and not isinstance(policy.backend, RulesOptions):
        raise PolicyError(f"backend {policy.backend.kind} needs a table to read.", hint="name one or more data files")
    if isinstance(policy.backend, MaskOptions) and policy.rows is not None:
        raise PolicyError("backend mask keeps the rows that there are: a number cannot be asked.", hint="leave rows out, or use backend clone or model")
    model_for(policy.nlp)
    return policy


def rows_asked(policy: Policy, data: Dataset) -> int | None:
    """The rows of the first table: as asked, else as many as the source has. Mask keeps its rows, a rulebook knows its own number."""
    match policy.backend:
        case MaskOptions():
            return None
        case RulesOptions():
            return policy.rows
        case _:
            return len(data.root) if policy.rows is None else policy.rows


def backend_for(policy: Policy) -> Backend:
    """The backend that the options name."""
    options, limits = policy.backend, policy.limits
    match options:
        case ModelOptions():
            from privsynth.generate.model import Model

            return Model(options, limits)
        case RulesOptions():
            from privsynth.generate.rules import Rules

            return Rules(options, limits)
        case CloneOptions():
            from privsynth.generate.clone import Clone

            return Clone(options, limits)
        case MaskOptions():
            from privsynth.generate.mask import Mask

            return Mask(options, limits)
        case AutoOptions():
            raise PolicyError("the backend was left open: it is chosen when the data is known.")
        case _:
            assert_never(options)


def judge_table(draft: Draft, source: Source, policy: Policy, gates: Sequence[str], stages: Stages | None = None) -> list[Verdict]:
    """The named gates' verdicts on a table that somebody else made. Nothing is released by this."""
    stages = stages or Stages()
    return [_judged(gate, draft, source, policy, stages) for gate in gates_for(policy) if gate.name in gates]


def _judged(gate: Gate, draft: Draft, source: Source, policy: Policy, stages: Stages) -> Verdict:
    with stages.stage(f"gate {gate.name}") as stage:
        verdict = judge(gate, draft, source, seconds=policy.gate_seconds)
        stage.judge(verdict)
    return verdict


def _name(recipe: dict[str, object]) -> str:
    return "/".join(str(recipe[part]) for part in ("backend", "engine") if part in recipe)


def _sizes(data: Dataset) -> str:
    return ", ".join(f"{table.name} {len(table):,} rows x {len(table.columns)} columns" for table in data)


def _roles(data: Dataset) -> str:
    from collections import Counter

    counts = Counter(column.role.value for table in data for column in table.columns)
    return ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in counts.items()) or "no real data"
