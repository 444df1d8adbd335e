"""The mask as a whole: the same people, and nobody to be found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shop import customers, profile_of, shop, taken_of, texts

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.facts import facts_of
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.mask import Mask
from privsynth.groups.rare import counted
from privsynth.mask_steps import Keep, Noise, Shift
from privsynth.options import MaskOptions
from privsynth.people.shifts import shifts
from privsynth.policy import Policy

LIMITS = Policy().limits
DEFAULT = MaskOptions()


def masked(data: Dataset, options: MaskOptions = DEFAULT, seed: int = 2, limits=LIMITS) -> Dataset:
    return (
        Mask(options, limits)
        .fit(data, profile_of(data), np.random.default_rng(1))
        .sample(None, np.random.default_rng(seed))
    )


def in_old_order(table: Table) -> pd.DataFrame:
    return table.frame.iloc[np.argsort(table.origin)].reset_index(drop=True)


@pytest.fixture(scope="module")
def source() -> Dataset:
    return shop(600)


@pytest.fixture(scope="module")
def result(source: Dataset) -> Dataset:
    return masked(source)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(b"k" * 32)
    return path


def test_keeps_tables_columns_and_rows_and_says_where_each_row_came_from(source: Dataset, result: Dataset) -> None:
    for before, after in zip(source, result, strict=True):
        assert list(after.frame.columns) == list(before.frame.columns)
        assert sorted(after.origin) == list(range(len(before)))
        assert list(after.origin) != list(range(len(before)))


def test_joins_hold_row_by_row(source: Dataset, result: Dataset) -> None:
    people, orders = in_old_order(result["customers"]), in_old_order(result["orders"])
    assert list(orders["customer_id"]) == list(np.repeat(people["customer_id"].to_numpy(), 3))


def test_no_identifying_value_is_left(source: Dataset, result: Dataset) -> None:
    taken = taken_of(source)
    for table in result:
        for column in table.of_role(Role.IDENTIFIER, Role.DIRECT):
            assert column.fabricated
            if column.entity not in ("FIRST_NAME", "LAST_NAME"):
                assert not any(text in taken for text in table.text(column.name) if text is not None)


def test_what_was_missing_stays_missing(source: Dataset, result: Dataset) -> None:
    for name in ("phone", "remark"):
        assert list(in_old_order(result["customers"])[name].isna()) == list(source.root.frame[name].isna())


def test_an_invented_person_keeps_the_gender_of_the_row(source: Dataset, result: Dataset) -> None:
    from privsynth.people.words import locale_of, words_of

    names, sexes = in_old_order(result["customers"])["first"], source.root.frame["sex"]
    words = words_of(locale_of(source.root.frame["first"].unique(), source.root.frame["last"].unique()))
    women, men = set(words.female), set(words.male)
    assert all(name in (women if sex == "F" else men) for name, sex in zip(names, sexes, strict=True))


def test_quasi_identifiers_are_shared_by_k(result: Dataset) -> None:
    table = result["customers"]
    names = [c.name for c in table.of_role(Role.QUASI)]
    assert all(table[name].kind is Kind.CATEGORY for name in names)
    assert table.frame[names].fillna("none").groupby(names).size().min() >= LIMITS.k


def test_a_stricter_k_is_kept_too(source: Dataset) -> None:
    strict = LIMITS.model_copy(update={"k": 20})
    table = masked(source, limits=strict)["customers"]
    assert table.frame[["sex", "town", "born"]].groupby(["sex", "town", "born"]).size().min() >= 20


def test_the_risk_limit_raises_k() -> None:
    assert Mask(MaskOptions(), LIMITS.model_copy(update={"risk_max": 0.05})).demands.k == 20


def test_dates_of_one_person_move_together_and_never_stand_still(source: Dataset, result: Dataset) -> None:
    people, orders = in_old_order(result["customers"]), in_old_order(result["orders"])
    moved = (people["joined"] - source.root.frame["joined"]).dt.days.to_numpy()
    assert (moved != 0).all()
    assert np.abs(moved).max() <= 182
    assert len(set(moved)) > 100
    assert list((orders["placed"] - source["orders"].frame["placed"]).dt.days) == list(np.repeat(moved, 3))


def test_the_shift_is_even_over_both_sides() -> None:
    days = shifts(np.arange(100_000, dtype=np.uint64) * np.uint64(2**40))
    assert set(days) == {*range(-182, 0), *range(1, 183)}
    assert abs(days.mean()) < 1.5


def test_ordinary_columns_are_kept_but_for_rare_levels_and_ends(source: Dataset, result: Dataset) -> None:
    before, after = source.root.frame, in_old_order(result["customers"])
    assert list(after["segment"]) == list(before["segment"])
    changed = after["income"].ne(before["income"]) & before["income"].notna()
    assert 0 < changed.sum() <= 2 * (LIMITS.k_rare - 1)
    assert (after["income"] == after["income"].max()).sum() >= LIMITS.k_rare


def test_a_level_of_one_row_is_blanked_with_a_note() -> None:
    table = customers(60)
    table = replace(table, frame=table.frame.assign(segment=texts(["hermit"] + ["plain"] * 59)))
    made = masked(Dataset((table,)))
    assert "hermit" not in set(made.root.frame["segment"])
    assert any("segment" in note and "fewer than 11 rows" in note for note in made.notes)
    assert not any("hermit" in note for note in made.notes)


def test_the_same_key_gives_the_same_people_whatever_the_order(source: Dataset, key: Path) -> None:
    options = MaskOptions(key_file=key)
    first, second = masked(source, options, seed=2), masked(source, options, seed=9)
    pd.testing.assert_frame_equal(in_old_order(first["customers"]), in_old_order(second["customers"]))
    assert not first["customers"].frame.equals(second["customers"].frame)


def test_without_a_key_file_no_two_runs_agree(source: Dataset, result: Dataset) -> None:
    again = masked(source)
    for table, name in (("customers", "customer_id"), ("customers", "email"), ("orders", "order_id")):
        pairs = zip(in_old_order(result[table])[name], in_old_order(again[table])[name], strict=True)
        assert sum(a == b for a, b in pairs) < 0.02 * len(source[table])


def test_direct_columns_become_tokens_where_that_is_asked(source: Dataset, key: Path) -> None:
    frame = in_old_order(masked(source, MaskOptions(direct="token", key_file=key))["customers"])
    assert frame["email"].str.fullmatch("[A-Z2-7]{26}").all()
    same = source.root.frame["last"] == source.root.frame["last"][0]
    assert frame["last"][same].nunique() == 1


def test_a_person_named_in_two_tables_is_one_person_in_both() -> None:
    data = shop(80)
    orders = data["orders"]
    names = dict(zip(data.root.frame["customer_id"], data.root.frame["last"], strict=True))
    frame = orders.frame.assign(buyer=texts(names[key] for key in orders.frame["customer_id"]))
    wide = replace(
        orders, columns=(*orders.columns, Column("buyer", Kind.TEXT, role=Role.DIRECT, entity="LAST_NAME")), frame=frame
    )
    made = masked(data.replace_tables(wide))
    joined = in_old_order(made["orders"]).merge(in_old_order(made["customers"]), on="customer_id")
    assert (joined["buyer"] == joined["last"]).all()


@pytest.mark.parametrize(("entity", "spelt"), [("MRN", "P{}"), ("EMAIL", "p{}@shop.com"), ("US_SSN", "{}")])
def test_as_many_people_come_out_as_went_in(entity: str, spelt: str) -> None:
    """Two thousand numbers of six digits: drawn one by one, two of them would meet."""
    people = [spelt.format(100_000 + 433 * n) for n in range(2000)]
    frame = pd.DataFrame({"who": np.repeat(people, 3).astype(object), "weight": np.tile([60.0, 61.0, 75.0], 2000)})
    columns = (Column("who", Kind.TEXT, role=Role.DIRECT, entity=entity), Column("weight", Kind.INTEGER))
    table = Table("visits", columns, frame, person="who")
    pairs = pd.DataFrame({"real": frame["who"], "shown": in_old_order(masked(Dataset((table,))).root)["who"]})
    assert pairs.drop_duplicates().nunique().tolist() == [2000, 2000]
    assert len(pairs.drop_duplicates()) == 2000


def test_asks_for_other_row_counts_are_refused(source: Dataset) -> None:
    mask = Mask(MaskOptions(), LIMITS).fit(source, profile_of(source), np.random.default_rng(1))
    assert len(mask.sample(600, np.random.default_rng(1)).root) == 600
    with pytest.raises(PolicyError, match="mask keeps the 600 rows"):
        mask.sample(10, np.random.default_rng(1))


def test_fewer_people_than_k_are_refused_or_blanked_as_the_policy_says() -> None:
    few = Dataset((customers(4),))
    with pytest.raises(PolicyError, match="fewer than k = 5"):
        masked(few)
    made = masked(few, MaskOptions(suppress_max=1.0)).root.frame
    assert (made[["sex", "town", "born"]] == "*").all(axis=None)


def test_no_rows_and_empty_columns_pass_through() -> None:
    assert len(masked(Dataset((customers(0),))).root) == 0
    table = customers(40)
    blank = table.frame.assign(
        income=np.nan, segment=texts([None] * 40), joined=np.full(40, np.datetime64("NaT"), dtype="datetime64[us]")
    )
    made = masked(Dataset((replace(table, frame=blank),))).root.frame
    assert made[["income", "segment", "joined"]].isna().all(axis=None)


def test_a_date_as_a_key_is_refused() -> None:
    table = customers(20).with_columns(Column("joined", Kind.DATE, role=Role.IDENTIFIER))
    with pytest.raises(BackendError, match="column joined"):
        masked(Dataset((table,)))


def test_the_recipe_names_the_key_and_never_tells_it(source: Dataset, key: Path) -> None:
    kept = Mask(MaskOptions(key_file=key), LIMITS).fit(source, profile_of(source), np.random.default_rng(1))
    assert "kkkk" not in repr(kept.recipe)
    assert "6b6b" not in repr(kept.recipe)
    assert "personal data" in str(kept.recipe.details["note"])
    assert (
        Mask(MaskOptions(), LIMITS).fit(source, profile_of(source), np.random.default_rng(1)).recipe.details["key"]
        == "ephemeral"
    )


def test_small_counts_are_not_told() -> None:
    assert counted(10) == "fewer than 11 rows"
    assert counted(1_200) == "1,200 rows"


def test_a_rank_one_attack_on_the_quasi_identifiers_stays_below_its_limit(source: Dataset, result: Dataset) -> None:
    from privsynth.measure.attacks.tracing import trace

    names = [c.name for c in source.root.of_role(Role.QUASI)]
    found = trace(source.root, result["customers"], names, np.arange(600), np.random.default_rng(1))
    assert found.share <= LIMITS.tracing_max


def test_a_plan_says_which_relations_it_breaks_and_by_which_steps() -> None:
    """Dates of a person move together and keep their distance; a part that is moved by noise breaks its sum."""
    rows = 400
    rng = np.random.default_rng(4)
    net, tax = (np.round(rng.uniform(10, 90, rows)) for _ in range(2))
    days = rng.integers(1, 60, rows)
    sent = np.datetime64("2020-01-01", "us") + rng.integers(0, 900, rows).astype("timedelta64[D]")
    frame = pd.DataFrame(
        {
            "net": net,
            "tax": tax,
            "gross": net + tax,
            "sent": sent,
            "came": sent + days.astype("timedelta64[D]"),
            "days": days.astype(float),
        }
    )
    dates = {name: Column(name, Kind.DATE, step=Shift()) for name in ("sent", "came")}
    steps = {"net": Noise()}
    columns = [dates.get(name) or Column(name, Kind.INTEGER, step=steps.get(name, Keep())) for name in frame]
    data = Dataset((Table("bills", tuple(columns), frame),))
    facts = facts_of(data)
    assert {fact.columns for fact in facts} >= {("gross", "net", "tax"), ("days", "sent", "came")}
    fitted = Mask(DEFAULT, LIMITS).fit(data, replace(profile_of(data), facts=facts), np.random.default_rng(1))
    broken = [note for note in fitted.sample(None, np.random.default_rng(2)).notes if "break" in note]
    assert any(
        "gross is net plus tax" in note and "(gross: keep, net: noise, tax: keep); drop what can" in note
        for note in broken
    )
    assert not any("days" in note or "sent" in note for note in broken)
