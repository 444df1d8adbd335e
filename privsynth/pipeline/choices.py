"""What is settled before anything is learnt: which backend makes the rows, how many, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from privsynth.dataset import Dataset
from privsynth.emit import holds
from privsynth.errors import PolicyError, visible
from privsynth.generate import Backend
from privsynth.left_out import left_out
from privsynth.options import (
    AutoOptions,
    BackendOptions,
    CloneOptions,
    KeyedOptions,
    Limits,
    MaskOptions,
    ModelOptions,
    RulesOptions,
    Waiver,
)
from privsynth.pii.analyzer import model_for
from privsynth.policy import Policy
from privsynth.seeds import Seeds
from privsynth.stages import Watch, unwatched
from privsynth.verdict import GATES

if TYPE_CHECKING:
    from privsynth.generate.rules.vocabulary.rulebook import Inferred

SEED_ALONE = (
    "the seed alone does not make the same rows again: they follow people, so chance comes from a secret that ends "
    "with the run; a kept key (key_file, key_env, keyring) and the seed together do"
)
STATE = "privsynth-state"  # the ledger's folder, where none is named


def settle(policy: Policy, data: Dataset) -> Policy:
    """The policy with the backend chosen where it was left open, and checked against what there is to read."""
    if isinstance(policy.backend, AutoOptions):
        policy = policy.with_(backend=RulesOptions() if data.is_empty else ModelOptions())
    _check_backend(policy.backend, rows=policy.rows, has_data=not data.is_empty)
    _check_waivers(policy.waivers)
    model_for(policy.nlp)
    return policy


def _check_backend(options: BackendOptions, *, rows: int | None, has_data: bool) -> None:
    if not has_data and not isinstance(options, RulesOptions):
        raise PolicyError(f"backend {options.kind} needs a table to read.", hint="name one or more data files")
    if isinstance(options, MaskOptions) and rows is not None:
        raise PolicyError(
            "backend mask keeps the rows of the source, so no number of rows can be asked for.",
            hint="leave rows out, or use backend clone or model",
        )
    if isinstance(options, KeyedOptions) and options.keeps_key:
        from privsynth.keyring import Keyring

        Keyring.for_options(options).destroy()  # a key that cannot be read ends the run before anything is read twice


def seeds_for(policy: Policy) -> Seeds:
    """Chance for a run. Where rows follow people it takes a key besides, or a secret that dies with the run."""
    if not isinstance(policy.backend, KeyedOptions):
        return Seeds(policy.seed)
    from privsynth.keyring import Keyring

    ring = Keyring.for_options(policy.backend)
    secret = ring.key("chance")
    ring.destroy()
    return Seeds(policy.seed, secret=secret)


def seed_notes(policy: Policy) -> list[str]:
    """What a seed does not do, where one was given."""
    options = policy.backend
    is_alone = policy.seed is not None and isinstance(options, KeyedOptions) and not options.keeps_key
    return [SEED_ALONE] if is_alone else []


def _check_waivers(waivers: Sequence[Waiver]) -> None:
    unknown = [waiver.gate for waiver in waivers if waiver.gate not in GATES]
    if unknown:
        raise PolicyError(
            f"waivers: this version has no gate called {', '.join(unknown)}.",
            hint="leave the waiver out: it would cover nothing",
        )


def with_ledger(policy: Policy, out: Path) -> Policy:
    """The policy with a ledger: `privsynth-state` beside the output, where none was named."""
    if policy.state is None:
        return policy.with_(state=out.absolute().parent / STATE)
    if holds(out.absolute(), policy.state):
        raise PolicyError(
            "the state directory would lie inside the output folder.",
            hint="name another one with --state; it stays when the output goes out",
        )
    return policy


def inferred_from(options: BackendOptions) -> Inferred | None:
    """Of which rows the rulebook was inferred, if it was, and who was held out then."""
    if not isinstance(options, RulesOptions) or options.rulebook is None:
        return None
    from privsynth.generate.rules.book import read_rulebook

    return read_rulebook(options.rulebook).rules.inferred


def refuse_made(policy: Policy, data: Dataset) -> None:
    """A rulebook says which columns there are: of the data beside it those can be left out that it does not make."""
    options, out = policy.backend, {table.name: left_out(table) for table in data}
    if not isinstance(options, RulesOptions) or options.rulebook is None or not any(out.values()):
        return
    from privsynth.generate.rules.book import read_rulebook

    made = read_rulebook(options.rulebook).rules.tables
    for table, names in out.items():
        if twice := [name for name in names if table in made and name in made[table].columns]:
            raise PolicyError(
                f"column {visible(twice[0])} cannot be left out: the rulebook makes it.",
                hint="take it out of the rulebook, or infer one without it: privsynth rules infer ... --drop COLUMN",
                column=twice[0],
            )


def under_condition(policy: Policy, where: str | None, shares: Mapping[str, Mapping[str, float]] | None) -> Policy:
    """The policy with what is asked of the rows in its model's options; as it is where nothing is asked."""
    wishes = {name: value for name, value in {"where": where, "shares": shares}.items() if value}
    if not wishes:
        return policy
    options = policy.backend if isinstance(policy.backend, ModelOptions) else ModelOptions()
    return policy.with_(backend={**options.model_dump(exclude_unset=True), "kind": "model", **wishes})


def rows_asked(policy: Policy, data: Dataset) -> int | None:
    """The rows of the first table: as asked, else as many as the source has.

    Mask keeps its rows; a rulebook and the engine dp know their own number.
    """
    match policy.backend:
        case MaskOptions():
            return None
        case RulesOptions():
            return policy.rows
        case _:
            return len(data.root) if policy.rows is None and not policy.has_claim else policy.rows


def backend_for(options: BackendOptions, limits: Limits, *, nlp: str, watch: Watch = unwatched) -> Backend:
    """The backend that the options name."""
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

            return Mask(options, limits, nlp=nlp)
        case AutoOptions():
            raise PolicyError("the backend was left open: it is chosen when the data is known.")
        case _:
            assert_never(options)
