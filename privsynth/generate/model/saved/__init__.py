"""A fitted model as two files and back: `model.json`, which a person can read, and `model.npz`, which holds its
numbers.

Nothing in them is a row, a value that fewer than k hold, or an extreme, and each figure stands for at least k people;
names and numbers of people are not in them at all, only what they look like. A fitted model still says more of its rows
than a release does, such as which levels meet in a group: it is kept like the data it was learnt from.

What keeps the inventor from hitting on a real identifier are keyed fingerprints whose key dies with the process: they
are not stored, and are made anew from the source, which has to be there to judge what is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from privsynth.engines import ENGINES
from privsynth.errors import InputError, PolicyError
from privsynth.generate.model import Model
from privsynth.generate.model.choose import home_of
from privsynth.generate.model.engine import check_engine
from privsynth.generate.model.saved.codec import Reader, Writer, pack, unpack
from privsynth.keeping import learnt_values
from privsynth.manifest import versions
from privsynth.options import Limits, ModelOptions
from privsynth.statistics import Taken

FORMAT = 4  # of the files as a whole; what a class keeps has a version of its own (`keeping`)
JSON_FILE, ARRAYS_FILE = "model.json", "model.npz"
MOST_JSON = 512 * 2**20
LEARNT = ("engines_", "fabricators_", "lookups_", "order_", "people_", "plans_", "root_", "shape_", "whole_")


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
    writer, learnt = Writer(), learnt_values(model, LEARNT)
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
    """The model in the files; it will invent no value that is among `taken`. A file that is not ours is refused."""
    content = _content(files[JSON_FILE])
    _check_format(content.get("format"))
    try:
        model = Model(ModelOptions(**content["options"]), Limits(**content["limits"]))
        home_of(model.options.engine)  # registers the classes of the engine
        reader = Reader(unpack(files[ARRAYS_FILE]))
        learnt = {name: reader.read(content["learnt"][name]) for name in LEARNT}
        for engine in learnt["engines_"].values():
            check_engine(engine)
        learnt["fabricators_"] = {
            name: replace(fabricator, taken=taken) for name, fabricator in learnt["fabricators_"].items()
        }
        learnt["order_"] = list(learnt["order_"])
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError):
        raise InputError("the model files do not hold what a model is made of.", hint="fit it again") from None
    vars(model).update(learnt)
    return model


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


def _check_format(number: object) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise InputError(f"{JSON_FILE} does not say which format it has.", hint="fit the model again")
    if number != FORMAT:
        raise InputError(
            f"the model has format {number}, this version of privsynth reads format {FORMAT}.",
            hint="fit the model again" if number < FORMAT else "update privsynth, or fit the model again",
        )
