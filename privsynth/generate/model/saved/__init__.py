"""A fitted model as two files and back: `model.json`, which a person can read, and `model.npz`, which holds its numbers.

Nothing in them is a row, a value that fewer than k hold, or an extreme; names and numbers of people are not in them at all, only
what they look like. A fitted model still says more of its rows than a release does: it is kept like the data it was learnt from.

What keeps the inventor from hitting on a real identifier are keyed fingerprints whose key dies with the process: they are not
stored, and are made anew from the source, which has to be there to judge what is drawn.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from privsynth.dataset import Column, Dataset, Domain, Form, Kind, Relation, Role, Rule, Table
from privsynth.engines import ENGINES
from privsynth.errors import BackendError, InputError, PolicyError
from privsynth.expressions.rules import Order
from privsynth.generate.model import Model
from privsynth.generate.model.coding import Axis, Classes, Coding, Curve, index_of
from privsynth.generate.model.constraints import Constrained
from privsynth.generate.model.constraints.derived import Computed, Copied, Follows, Gap
from privsynth.generate.model.constraints.lookup import Lookup
from privsynth.generate.model.constraints.shaping import Never, Shape
from privsynth.generate.model.engine import Engine
from privsynth.generate.model.saved.codec import Known, Reader, Writer, pack, unpack
from privsynth.generate.model.tables.family import Brood, Plan, Reference
from privsynth.generate.model.trees.engine import ClassStep, NumberStep, Trees
from privsynth.generate.model.trees.features import Features
from privsynth.generate.model.trees.forest import Fold, Forest, Leaves
from privsynth.generate.model.trees.guide import Guide
from privsynth.generate.model.trees.splits import Splits, splits_of
from privsynth.manifest import versions
from privsynth.options import Limits, ModelOptions
from privsynth.people import (
    Fabricator,
    ages,
    homes,
    identifiers,
    machines,
    nationals,
    people,
    phones,
    ranges,
    shapes,
    writers,
)
from privsynth.people.makers import Maker
from privsynth.spelling import Spelling
from privsynth.statistics import Taken
from privsynth.typing import Array

FORMAT = 1  # raised with every change of the files; `_check_format` says which older ones still load
JSON_FILE, ARRAYS_FILE = "model.json", "model.npz"
MOST_JSON = 512 * 2**20
LEARNT_MODEL = ("engines_", "fabricators_", "lookups_", "order_", "plans_", "root_", "shape_")
LEARNT_TREES = ("codings_", "given_", "names_", "steps_")
LEARNT_CONSTRAINED = ("engine_", "notes_", "shape_", "unkept_")

KNOWN = Known(
    (
        *(
            Axis,
            Brood,
            Classes,
            ClassStep,
            Column,
            Curve,
            Dataset,
            Domain,
            Fabricator,
            Features,
            Fold,
            Forest,
            Form,
            Kind,
            Leaves,
            Lookup,
            Maker,
            NumberStep,
        ),
        *(Plan, Reference, Relation, Role, Rule, Spelling, Splits, Table),
        *(Computed, Copied, Follows, Gap, Guide, Never, Order, Shape),
        *(
            machines.ClassE,
            machines.DocumentationNets,
            machines.DocumentationPrefix,
            machines.Macs,
            machines.SampleUrls,
            machines.ReservedNames,
        ),
        *(
            people.MailStyle,
            people.NameStyle,
            people.UserStyle,
            phones.AtHome,
            phones.Begun,
            phones.NorthAmerican,
            phones.Undialable,
        ),
        *(ages.Ages, homes.Anchors, ranges.Numbered, nationals.NhsNumbers, shapes.Shape, shapes.Shapes),
        *(
            writers.Firm,
            writers.FirstName,
            writers.FreeText,
            writers.LastName,
            writers.Levels,
            writers.Mail,
            writers.Street,
            writers.Title,
        ),
        *(
            writers.User,
            writers.WholeName,
            writers.Word,
            writers.Town,
            writers.Postcode,
            writers.Region,
            writers.Initials,
            writers.Between,
            writers.Gendered,
        ),
        *(
            identifiers.PublishedCards,
            identifiers.Luhn,
            identifiers.Ibans,
            nationals.Headed,
            nationals.GermanTaxIds,
            nationals.Aadhaars,
        ),
        *(nationals.Finnish, nationals.Norwegian),
    ),
    {
        Classes: {"lookup": lambda values: index_of(values["levels"])},
        Form: {"types": lambda _: {}},  # those of the source hold when rows are written
        Fabricator: {"taken": lambda _: Taken()},
    },
)


def check_storable(options: object) -> None:
    """Refuse, before any work is done, what cannot be kept."""
    if not isinstance(options, ModelOptions):
        raise PolicyError(
            "only a model can be fitted and kept; rules, clone and mask learn nothing.",
            hint="use `privsynth run`, or --set backend=model",
        )
    if reason := ENGINES[options.engine].why_not_kept:
        raise PolicyError(
            f"a model of the engine {options.engine} cannot be kept: {reason}.",
            hint="use `privsynth run`, or --set backend.engine=trees",
        )
    if options.where or options.shares:
        raise PolicyError(
            "a model is kept without a condition.",
            hint="leave it out here, and ask with `privsynth sample --where` or --share, or use `privsynth run`",
        )


def files_of(model: Model) -> dict[str, bytes]:
    """The two files of a fitted model; the same model always gives the same bytes."""
    check_storable(model.options)
    writer = Writer(KNOWN)
    learnt = _learnt(model, LEARNT_MODEL)
    learnt["engines_"] = {name: _of_engine(engine) for name, engine in learnt["engines_"].items()}
    content = {
        "format": FORMAT,
        "what": "a fitted model of privsynth: to be protected like the data it was learnt from",
        "versions": versions(),
        "options": model.options.model_dump(mode="json"),
        "limits": model.limits.model_dump(mode="json"),
        "k": model.k,
        "learnt": {name: writer.write(value) for name, value in learnt.items()},
    }
    text = json.dumps(content, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
    return {JSON_FILE: text.encode("ascii"), ARRAYS_FILE: pack(writer.arrays)}


def model_of(files: Mapping[str, bytes], taken: Taken) -> Model:
    """The model in the files, which will make no value that is among `taken`. A file that is not what we write is refused."""
    content = _content(files[JSON_FILE])
    _check_format(content.get("format"))
    try:
        reader = Reader(KNOWN, unpack(files[ARRAYS_FILE]))
        model = Model(ModelOptions(**content["options"]), Limits(**content["limits"]))
        learnt = {name: reader.read(content["learnt"][name]) for name in LEARNT_MODEL}
        learnt["engines_"] = {name: _engine(parts) for name, parts in learnt["engines_"].items()}
        learnt["fabricators_"] = {name: replace(made, taken=taken) for name, made in learnt["fabricators_"].items()}
        learnt["order_"] = list(learnt["order_"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        raise InputError("the model files do not hold what a model is made of.", hint="fit it again") from None
    vars(model).update(learnt)
    return model


def _learnt(fitted: object, expected: tuple[str, ...]) -> dict[str, Any]:
    """What was learnt, by name. What the format does not know would be lost without a word: it is an error."""
    found = {name: value for name, value in sorted(vars(fitted).items()) if name.endswith("_")}
    if tuple(found) != expected:
        strange = ", ".join(sorted(set(found) ^ set(expected)))
        raise BackendError(f"the model cannot be kept: the format does not know, or misses, {strange}.")
    return found


def _content(text: bytes) -> dict[str, Any]:
    if len(text) > MOST_JSON:
        raise InputError(f"{JSON_FILE} is larger than {MOST_JSON // 2**20} MiB.", hint="such a model is not loaded")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{JSON_FILE} is not what privsynth writes.", hint="fit the model again") from None
    if not isinstance(content, dict):
        raise InputError(f"{JSON_FILE} is not what privsynth writes.", hint="fit the model again")
    return content


def _check_format(found: object) -> None:
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise InputError(f"{JSON_FILE} does not say which format it has.", hint="fit the model again")
    if found > FORMAT:
        raise InputError(
            f"the model has format {found}, this version of privsynth reads up to {FORMAT}.",
            hint="update privsynth, or fit the model again",
        )


def _of_engine(engine: object) -> dict[str, Any]:
    match engine:
        case Trees():
            learnt = _learnt(engine, LEARNT_TREES)
            steps = {name: _bare_step(step, learnt["codings_"]) for name, step in learnt["steps_"].items()}
            return {"engine": "trees", "k": engine.k, "min_leaf": engine.min_leaf, **learnt, "steps_": steps}
        case Constrained():
            learnt = _learnt(engine, LEARNT_CONSTRAINED)
            inner = None if engine.engine_ is None else _of_engine(engine.engine_)
            return {
                "engine": "constrained",
                "k": engine.k,
                "shape_": learnt["shape_"],
                "notes_": learnt["notes_"],
                "engine_": inner,
            }
        case _:
            raise BackendError(
                f"an engine of the kind {type(engine).__name__} cannot be kept.", hint="use `privsynth run`"
            )


def _engine(parts: Mapping[str, Any]) -> Engine:
    restorers: Mapping[str, Callable[[Mapping[str, Any]], Engine]] = {"trees": _trees, "constrained": _constrained}
    restore = restorers.get(parts["engine"])
    if restore is None:
        raise InputError(
            "the model file holds an engine that this version does not know.", hint="fit it again with this version"
        )
    return restore(parts)


def _constrained(parts: Mapping[str, Any]) -> Constrained:
    inner = None if parts["engine_"] is None else _engine(parts["engine_"])
    engine = Constrained(_never, k=parts["k"])
    vars(engine).update(shape_=parts["shape_"], notes_=parts["notes_"], unkept_=Counter(), engine_=inner)
    return engine


def _never() -> Engine:
    raise BackendError("a model that was kept is not fitted again.")


def _trees(parts: Mapping[str, Any]) -> Trees:
    engine = Trees(k=parts["k"], min_leaf=parts["min_leaf"])
    vars(engine).update({name: parts[name] for name in LEARNT_TREES})
    for step in engine.steps_.values():
        for forest in _forests(step):
            _check_forest(forest)
    return engine


def _forests(step: object) -> list[Forest]:
    match step:
        case ClassStep(forest):
            found = [forest]
        case NumberStep(_, atoms, rest):
            found = [atoms, rest]
        case Lookup():
            found = []
        case _:
            raise InputError("a step of the model is of a kind that this version does not know.")
    return [forest for forest in found if forest is not None]


def _bare_step(step: object, codings: Mapping[str, Coding]) -> object:
    match step:
        case ClassStep(forest):
            return replace(step, forest=_bare(forest, codings))
        case NumberStep(_, atoms, rest):
            return replace(step, atoms=_bare(atoms, codings), rest=_bare(rest, codings))
        case _:
            return step


def _bare(forest: Forest | None, codings: Mapping[str, Coding]) -> Forest | None:
    """The same trees, each as its splits alone."""
    if forest is None:
        return None
    folds = (
        fold
        if fold.tree is None or isinstance(fold.tree, Splits)
        else replace(fold, tree=splits_of(fold.tree, _lows(fold, codings)))
        for fold in forest.folds
    )
    return replace(forest, folds=tuple(folds))


def _lows(fold: Fold, codings: Mapping[str, Coding]) -> Array:
    """Of each feature the least number that may come out, as the tree sees it; NaN for classes."""
    lows: list[float] = []
    for name, table, middle in zip(fold.features.names, fold.features.tables, fold.features.middles, strict=True):
        lows += [_least(codings[name]) - middle] if table is None else [np.nan] * table.shape[1]
    lows += [np.nan] * (fold.features.width - len(lows))  # what a guide says
    return np.array(lows, dtype=np.float32).astype(np.float64)


def _least(coding: Coding) -> float:
    if not isinstance(coding, Curve):
        return np.nan
    parts = [
        coding.atoms[~np.isnan(coding.atoms)],
        coding.knots,
        np.zeros(0) if coding.lattice is None else coding.lattice,
    ]
    known = np.concatenate(parts)
    return float(known.min()) if len(known) else np.nan


def _check_forest(forest: Forest) -> None:
    for fold in forest.folds:
        fault = _fault(fold)
        if fault:
            raise InputError(f"the model file is not sound: {fault}.", hint="fit it again")


def _fault(fold: Fold) -> str | None:
    """What of a tree and its leaves leads nowhere."""
    tree, leaves = fold.tree, fold.leaves
    if tree is not None and not isinstance(tree, Splits):
        return "a tree is no tree"
    if tree is not None and (fault := tree.fault(fold.features.width)):
        return fault
    nodes = 1 if tree is None else tree.node_count
    if len(leaves.first) != nodes or len(leaves.count) != nodes:
        return "a tree and its leaves do not fit together"
    if (leaves.first < 0).any() or (leaves.count < 1).any() or (leaves.first + leaves.count > len(leaves.donors)).any():
        return "a leaf lies outside of its donors"
    beside = [leaves.low, leaves.high, leaves.anchors]
    return (
        "donors and their neighbours do not fit together"
        if any(part is not None and len(part) != len(leaves.donors) for part in beside)
        else None
    )
