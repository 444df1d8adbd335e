"""A fitted model as two files: no row is in them, nothing in them is run, and what comes back draws the same rows."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shop import orders, profile_of, shop, taken_of, texts

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Rule, Table
from privsynth.describe import facts_of
from privsynth.errors import BackendError, InputError, PolicyError
from privsynth.generate.model import Model
from privsynth.generate.model.saved import check_storable, files_of, model_of
from privsynth.generate.model.saved.codec import Reader, Writer, pack, unpack
from privsynth.generate.model.trees.bands import Bands
from privsynth.generate.model.trees.engine import Trees
from privsynth.generate.model.trees.guide import share
from privsynth.generate.model.trees.kept import forests_of
from privsynth.generate.model.trees.shares import Shares
from privsynth.generate.model.trees.splits import Splits, pruned, splits_of
from privsynth.generate.model.trees.targets import NumberTarget, Rest
from privsynth.keeping import kept
from privsynth.options import CloneOptions, ModelOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.statistics import Fact, Taken

PACKAGE = Path(__file__).parents[3] / "privsynth"
NOBODY = Taken()
LOW, HIGH, RARE = -987_654.25, 987_654.75, 31_415.93  # in columns whose other values lie around 30,000
OLDEST, NEWEST = np.datetime64("1801-03-05", "us"), np.datetime64("2188-11-23", "us")


def fitted(data: Dataset, facts: tuple[Fact, ...] = (), **options: Any) -> Model:
    return Model(ModelOptions(**options), Policy().limits).fit(
        data, replace(profile_of(data), facts=facts), np.random.default_rng(1)
    )


def drawn(model: Model, rows: int = 300) -> Dataset:
    return model.sample(rows, np.random.default_rng(2))


def same(one: Dataset, other: Dataset) -> None:
    assert one.names == other.names
    assert one.notes == other.notes
    for table in one:
        assert table.columns == other[table.name].columns
        pd.testing.assert_frame_equal(table.frame, other[table.name].frame, check_exact=True)


def secrets_table(rows: int = 900) -> Table:
    """Every kind of column, each with a value that one row holds, and with extremes that nobody else comes near."""
    rng = np.random.default_rng(5)
    income = np.round(rng.lognormal(10.3, 0.4, rows), 2)
    income[rng.random(rows) < 0.2] = np.nan
    bonus = np.round(0.1 * np.nan_to_num(income, nan=30_000) + rng.normal(0, 200, rows), 2)
    age = np.rint(rng.normal(50, 15, rows))
    day = np.datetime64("2001-01-01", "us") + rng.integers(0, 5_000, rows).astype("timedelta64[D]")
    town = rng.choice(["Northam", "Southam", "Eastham"], rows).astype(object)
    zero = np.where(rng.random(rows) < 0.7, 0.0, np.round(rng.gamma(2, 300, rows), 2))
    frame = pd.DataFrame(
        {
            "town": texts(town),
            "income": income,
            "bonus": bonus,
            "age": age,
            "day": day.astype("datetime64[us]"),
            "zero": zero,
            "region": texts("North" if name == "Northam" else "South and east" for name in town),
            "until": (day + rng.integers(1, 400, rows).astype("timedelta64[D]")).astype("datetime64[us]"),
            "mail": texts(f"{name}.{i}@shop.example".lower() for i, name in enumerate(town)),
            "code": texts(f"{i:06d}" for i in range(rows)),
            "remark": texts("please ring twice" if i % 2 else None for i in range(rows)),
        }
    )
    for name in ("income", "bonus", "zero"):
        frame.loc[[3, 4, 5], name] = [LOW, HIGH, RARE]
    frame.loc[[3, 4], "age"] = [-4_321.0, 4_321.0]
    frame["day"] = frame["day"].where(frame.index != 3, OLDEST).where(frame.index != 4, NEWEST)
    frame["until"] = frame["until"].where(frame.index != 4, NEWEST + np.timedelta64(1, "D"))
    frame.loc[[3, 4], "town"] = "Zebulonia-77"
    frame.loc[[3, 4], "region"] = "Quuxland"
    frame.loc[3, ["mail", "code", "remark"]] = ["zebulon@quux.example", "zebulon-1", "zebulon has a secret illness"]
    money = Spelling(decimals=2)
    columns = (
        Column("town", Kind.CATEGORY, role=Role.QUASI),
        Column("income", Kind.NUMBER, spelling=money),
        Column("bonus", Kind.NUMBER, spelling=money),
        Column("age", Kind.INTEGER),
        Column("day", Kind.DATE),
        Column("zero", Kind.NUMBER, spelling=money),
        Column("region", Kind.CATEGORY),
        Column("until", Kind.DATE),
        Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
        Column("code", Kind.TEXT, role=Role.IDENTIFIER),
        Column("remark", Kind.TEXT, role=Role.FREE_TEXT),
    )
    return Table("people", columns, frame)


def with_lookup(data: Dataset) -> Dataset:
    """The shop with a second reference: orders name a branch, and some branches are referred to far more often."""
    rng = np.random.default_rng(3)
    branches = Table(
        "branch",
        (Column("branch_id", Kind.TEXT, role=Role.IDENTIFIER),),
        pd.DataFrame({"branch_id": texts(f"B{i:03d}" for i in range(60))}),
    )
    frame = data["orders"].frame.assign(
        branch=texts(
            branches.frame["branch_id"].to_numpy()[np.minimum(rng.geometric(0.05, len(data["orders"])), 60) - 1]
        )
    )
    child = replace(
        data["orders"],
        columns=(*data["orders"].columns, Column("branch", Kind.TEXT, role=Role.IDENTIFIER)),
        frame=frame,
    )
    return Dataset(
        (data["customers"], child, branches), (*data.relations, Relation("branch", "branch_id", "orders", "branch"))
    )


@pytest.fixture(scope="module")
def secret() -> tuple[Model, dict[str, bytes]]:
    data = Dataset((secrets_table(),))
    model = fitted(data, tuple(facts_of(data)))
    return model, files_of(model)


# --- what comes back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [shop, lambda: with_lookup(shop(400)), lambda: Dataset((secrets_table(),))],
    ids=["shop", "references", "kinds"],
)
def test_a_loaded_model_draws_the_very_same_rows(make: Callable[[], Dataset]) -> None:
    data = make()
    model = fitted(data)
    same(drawn(model), drawn(model_of(files_of(model), taken_of(data))))


def test_the_same_model_gives_the_same_bytes_and_so_does_what_comes_back(
    secret: tuple[Model, dict[str, bytes]],
) -> None:
    model, files = secret
    assert files_of(model) == files
    assert files_of(model_of(files, NOBODY)) == files


def test_constraints_come_back_with_the_model() -> None:
    table = replace(orders(shop()["customers"]), rules=(Rule("enough", "amount >= 1"),), person=None)
    data = Dataset((table,))
    model = fitted(data)
    loaded = model_of(files_of(model), taken_of(data))
    same(drawn(model), drawn(loaded))
    assert (drawn(loaded).tables[0].frame["amount"] >= 1).all()


@pytest.mark.parametrize("rows", [0, 1, 12])
def test_models_of_next_to_nothing_come_back_too(rows: int) -> None:
    table = secrets_table()
    data = Dataset((table.take(np.arange(rows)),))
    model = fitted(data)
    same(drawn(model, 5), drawn(model_of(files_of(model), taken_of(data)), 5))


def test_fingerprints_of_real_values_are_not_kept_and_those_handed_in_are_avoided() -> None:
    data = shop()
    taken = taken_of(data)
    files = files_of(fitted(data))
    assert taken.key.hex() not in files["model.json"].decode()
    loaded = model_of(files, taken)
    assert all(fabricator.taken is taken for fabricator in loaded.fabricators_.values())


# --- what is not in the files -----------------------------------------------------------------------------------------


def test_no_rare_level_and_no_text_of_a_row_is_in_the_files(secret: tuple[Model, dict[str, bytes]]) -> None:
    _, files = secret
    everything = files["model.json"].decode().lower() + "".join(
        part.tobytes().decode("latin-1").lower() for part in unpack(files["model.npz"]).values()
    )
    assert "northam" in everything  # a level that many hold is there: the search can find
    assert not any(word in everything for word in ("zebulon", "quux", "illness", "ring twice", "@shop"))


def spoken(model: Model, files: dict[str, bytes]) -> np.ndarray[Any, Any]:
    """All numbers of the files, and what follows from them: centres added, places looked up, splits unfolded."""
    numbers = [part.ravel().astype(np.float64) for part in unpack(files["model.npz"]).values()]
    loaded = model_of(files, NOBODY)
    for step in trees_of(loaded).targets_.values():
        if isinstance(step, NumberTarget) and step.rest is not None:
            for fold in step.rest.forest.folds:
                numbers += [step.curve.value_at(np.clip(places_of(fold.leaves, step.rest), 0, 1))]
                if step.rest.leading is not None:
                    numbers += [step.rest.leading.value_at(share(fold.leaves.centres))]
    written = json.loads(files["model.json"], parse_float=float)
    return np.concatenate(
        [
            *numbers,
            np.array([value for value in leaves_of(written) if isinstance(value, int | float)], dtype=np.float64),
        ]
    )


def places_of(leaves: Shares | Bands, rest: Rest) -> np.ndarray[Any, Any]:
    """Where the numbers of leaves lie on the column's curve or lattice, as far as leaves alone tell."""
    told = leaves.levels if isinstance(leaves, Shares) else leaves.middles
    return told if rest.is_list else share(told)


def trees_of(model: Model) -> Trees:
    engine = model.engines_["people"]
    trees = engine if isinstance(engine, Trees) else engine.engine_  # type: ignore[attr-defined]
    assert isinstance(trees, Trees)
    return trees


def leaves_of(value: Any) -> list[Any]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if parts is None else [leaf for part in parts for leaf in leaves_of(part)]


def test_no_extreme_and_no_number_of_one_row_is_in_the_files_or_follows_from_them(
    secret: tuple[Model, dict[str, bytes]],
) -> None:
    numbers = spoken(*secret)
    days = [moment.astype("datetime64[D]").astype(float) for moment in (OLDEST, NEWEST)]
    for value in (LOW, HIGH, RARE, -4_321.0, 4_321.0, *days):
        assert np.nanmin(np.abs(numbers - value)) > 0.004, value


def test_a_number_that_many_hold_is_in_the_files(secret: tuple[Model, dict[str, bytes]]) -> None:
    assert (spoken(*secret) == 0.0).any()


def test_no_split_says_more_than_between_which_groups_it_lies(secret: tuple[Model, dict[str, bytes]]) -> None:
    model = model_of(secret[1], NOBODY)
    folds = [fold for step in trees_of(model).targets_.values() for forest in forests_of(step) for fold in forest.folds]
    cuts = np.concatenate([fold.tree.threshold[fold.tree.left >= 0] for fold in folds if fold.tree is not None])
    assert len(cuts)
    assert (cuts % 1 == 0.5).all()


def test_counts_of_children_are_capped_and_without_their_parents() -> None:
    model = fitted(with_lookup(shop(400)))
    [reference] = model.plans_["orders"].references
    assert (np.diff(reference.tally) >= 0).all()
    assert 0 < len(reference.tally) <= 60 // model.k  # each stands for as many branches


# --- trees as arrays --------------------------------------------------------------------------------------------------


def test_splits_lead_every_row_to_the_same_leaf_as_sklearn(rng: np.random.Generator) -> None:
    from sklearn.tree import DecisionTreeRegressor

    features = np.rint(10 * rng.normal(size=(2_000, 5))).astype(np.float32)  # in whole steps, as they are
    tree = DecisionTreeRegressor(min_samples_leaf=5, random_state=0).fit(features, rng.normal(size=2_000)).tree_
    splits = splits_of(tree)
    other = np.rint(10 * rng.normal(size=(5_000, 5))).astype(np.float32)
    assert (splits.apply(other) == tree.apply(other)).all()
    assert splits.fault(5) is None
    assert splits.apply(other[:0]).tolist() == []


def test_a_tree_without_small_nodes_leads_their_rows_through_what_is_beside_them() -> None:
    """Node 1 of two leaves (2, 3) and node 4 of two leaves (5, 6); too few lie in 2, and the split of 4 is no gain."""
    tree = Splits(
        *(np.array(part) for part in ([1, 2, -1, -1, 5, -1, -1], [4, 3, -1, -1, 6, -1, -1], [0, 1, 0, 0, 1, 0, 0])),
        np.array([0.5, 0.5, 0, 0, 2.5, 0, 0]),
    )
    stays = np.array([True, True, False, False, False, False, False])
    enough = np.array([True, True, False, True, True, True, True])
    left, becomes = pruned(tree, stays, enough)
    assert (left.left.tolist(), left.right.tolist()) == ([1, -1, -1], [2, -1, -1])
    assert becomes.tolist() == [0, -1, -1, 1, 2, 2, 2]
    assert left.apply(np.array([[0, 0], [0, 9], [1, 9]])).tolist() == [1, 1, 2]
    assert (tree.ends.tolist(), tree.depth.tolist()) == ([7, 4, 3, 4, 7, 6, 7], [0, 1, 2, 2, 1, 2, 2])


def three(**changes: Any) -> Splits:
    parts = {"left": [1, -1, -1], "right": [2, -1, -1], "feature": [0, 0, 0]} | changes
    return Splits(
        *(np.array(parts[name], dtype=np.int32) for name in ("left", "right", "feature")),
        np.array(changes.get("threshold", [0.5, 0, 0])),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"left": [0, -1, -1]},  # a circle
        {"right": [3, -1, -1]},  # out of the arrays
        {"right": [1, -1, -1]},  # two ways to one node
        {"right": [-5, -1, -1]},
        {"right": [2, 2, -1]},
        {"feature": [1, 0, 0]},
        {"feature": [-1, 0, 0]},
        {"threshold": [0.5, 0]},
        {"left": [], "right": [], "feature": [], "threshold": []},
    ],
)
def test_a_tree_that_leads_nowhere_is_found(changes: dict[str, Any]) -> None:
    assert three().fault(1) is None
    assert three(**changes).fault(1) is not None


# --- files that are not ours ------------------------------------------------------------------------------------------


def changed(files: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> dict[str, bytes]:
    content = json.loads(files["model.json"])
    change(content)
    return {**files, "model.json": json.dumps(content).encode()}


def first_of(content: Any, name: str) -> dict[str, Any]:
    """The first object of this class."""
    if isinstance(content, dict):
        if name in content:
            return dict.__getitem__(content, name)  # type: ignore[no-any-return]
        content = list(content.values())
    for part in content if isinstance(content, list) else []:
        found = first_of(part, name)
        if found:
            return found
    return {}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda content: content.update(format=3), "reads format 4"),
        (lambda content: content.update(format=1), "reads format 4"),
        (lambda content: content.update(format="1"), "which format"),
        (lambda content: content.pop("learnt"), "made of"),
        (lambda content: content["learnt"].update(order_={"os.system": ["true"]}), "does not know"),
        (lambda content: content["learnt"].update(order_={"map": {}, "list": []}), "what it is"),
        (
            lambda content: content["learnt"].update(engines_={"map": {"people": {"map": {"engine": "other"}}}}),
            "does not know",
        ),
        (lambda content: content["learnt"].update(order_={"Trees.1": {}}), "does not know"),  # another version
        (lambda content: first_of(content, "Trees.2").update(more=1), "Trees"),
        (lambda content: first_of(content, "Trees.2").pop("k"), "Trees"),
        (lambda content: first_of(content, "Constrained.1").update(engine_={"list": []}), "does not know"),
        (lambda content: content["learnt"].update(order_={"enum": ["Column.3", "x"]}), "level"),
        (lambda content: first_of(content, "NumberLine.3").update(more=1), "NumberLine"),
        (lambda content: first_of(content, "NumberLine.3").pop("decimals"), "NumberLine"),
        (lambda content: first_of(content, "Splits.2").update(left={"array": 0}), "not sound"),
        (lambda content: first_of(content, "Shares.1").update(first={"array": 10**6}), "made of"),
        (lambda content: first_of(content, "Fold.2").update(tree="text"), "not sound"),
        (lambda content: first_of(content, "Classes.2").update(levels={"texts": [7]}), "something else"),
    ],
)
def test_a_model_file_that_was_tampered_with_is_refused(
    secret: tuple[Model, dict[str, bytes]], change: Callable[[dict[str, Any]], None], word: str
) -> None:
    with pytest.raises(InputError, match=word):
        model_of(changed(secret[1], change), NOBODY)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_a_model_file_that_is_no_model_is_refused(secret: tuple[Model, dict[str, bytes]], text: bytes) -> None:
    with pytest.raises(InputError):
        model_of({**secret[1], "model.json": text}, NOBODY)


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr(name, content)
    return file.getvalue()


def npy(header: bytes, data: bytes) -> bytes:
    header += b" " * (118 - len(header)) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def test_arrays_of_objects_are_never_unpickled() -> None:
    file = io.BytesIO()
    np.savez(file, **{"0": np.array([{"a": 1}], dtype=object)})
    with pytest.raises(InputError, match="arrays"):
        unpack(file.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        npy(
            b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }", b"12345678"
        ),  # claims eight terabytes
        npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", b"12345678"),
        npy(b"{'descr': '<U8', 'fortran_order': False, 'shape': (0,), }", b""),
        npy(b"__import__('os')", b""),
        b"no array",
    ],
)
def test_an_array_that_is_not_what_it_says_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="arrays"):
        unpack(zipped("0.npy", content))


def test_a_bundle_larger_than_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack([np.zeros(10_000)])
    assert len(unpack(packed)["0"]) == 10_000
    monkeypatch.setattr("privsynth.generate.model.saved.codec.MOST_BYTES", 1_000)
    with pytest.raises(InputError, match="larger"):
        unpack(packed)


def test_a_file_that_is_no_bundle_is_refused() -> None:
    with pytest.raises(InputError):
        unpack(b"PK\x03\x04 and nothing more")


# --- what cannot be kept ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stranger:
    a: int = 1


@kept(version=3, derived={"twice": lambda values: 2 * values["a"]})
@dataclass(frozen=True)
class Registered:
    a: int
    twice: int


def test_a_class_that_is_not_on_the_list_is_not_written() -> None:
    with pytest.raises(BackendError, match="Stranger"):
        Writer().write((1, Stranger()))


@pytest.mark.parametrize(
    "value",
    [object(), {1: 2}, np.array([{}], dtype=object), np.array(["text"]), pd.DataFrame({"a": [1]}), b"bytes", len],
)
def test_a_value_without_a_form_is_not_written(value: Any) -> None:
    with pytest.raises(BackendError, match="no form"):
        Writer().write(value)


def test_plain_values_come_back_as_they_were() -> None:
    value = {
        "a": (1, 2.5, None, True, "x"),
        "b": [float("inf"), -0.0, Kind.DATE],
        "c": frozenset({"u", "v"}),
        "d": Registered(3, 6),
        "e": {"f": ()},
    }
    assert Reader({}).read(json.loads(json.dumps(Writer().write(value)))) == value


def test_a_class_is_written_by_its_name_and_version_without_what_follows() -> None:
    assert Writer().write(Registered(3, 6)) == {"Registered.3": {"a": 3}}


def test_two_classes_of_one_name_cannot_both_be_kept() -> None:
    with pytest.raises(TypeError, match="Registered"):
        kept(version=4)(type("Registered", (), {}))


def test_all_classes_that_are_kept_are_known_when_a_file_is_read() -> None:
    """A class is registered when its module is loaded: reading must have loaded all of them, in a fresh process too."""
    marked = [
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        if any(isinstance(mark, ast.Call) and ast.unparse(mark.func) == "kept" for mark in node.decorator_list)
    ]
    assert len(marked) > 60
    code = (
        "from privsynth.generate.model import saved; from privsynth.keeping import _BY_CLASS; "
        "saved.home_of('trees'); print(*(cls.__name__ for cls in _BY_CLASS))"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert sorted(process.stdout.split()) == sorted(marked)


def test_something_newly_learnt_cannot_be_lost_without_a_word(secret: tuple[Model, dict[str, bytes]]) -> None:
    model = model_of(secret[1], NOBODY)
    vars(model)["new_"] = 1
    with pytest.raises(BackendError, match="new_"):
        files_of(model)


def test_an_engine_that_is_not_ours_cannot_be_lost_without_a_word(secret: tuple[Model, dict[str, bytes]]) -> None:
    model = model_of(secret[1], NOBODY)
    model.engines_ = {"people": object()}  # type: ignore[dict-item]
    with pytest.raises(BackendError, match="object"):
        files_of(model)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (CloneOptions(), "only a model"),
        (ModelOptions(engine="copula"), "pickles"),
        (ModelOptions(engine="dp", epsilon=1.0), "ledger"),
        (ModelOptions(engine="auto"), "not known"),
        (ModelOptions(where="age > 60"), "without a condition"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason_and_what_to_do(options: Any, word: str) -> None:
    with pytest.raises(PolicyError, match=word) as refused:
        check_storable(options)
    assert "privsynth run" in refused.value.hint
