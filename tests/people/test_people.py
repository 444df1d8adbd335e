"""Invented people: whole, safe, unique where asked, and nobody's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import invent, table_of
from shop import customers, orders, shop, statistics, taken_of, texts

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.errors import BackendError
from privsynth.people import Fabricator
from privsynth.people.draws import Draws, fresh_seeds
from privsynth.people.letters import plain_letters
from privsynth.people.makers import reserved_space
from privsynth.people.people import is_female
from privsynth.people.phones import AREA_CODES
from privsynth.people.shapes import CodeShape, learn_own_shapes, learn_shapes
from privsynth.people.words import DEFAULT, locale_of, words_of
from privsynth.pii.check_digits import luhn
from privsynth.pii.lookalikes import looks_measured, looks_worded
from privsynth.pii.reserved import TEST_CARDS
from privsynth.statistics import ColumnStatistics, Taken

NOBODY = Taken()
NO_CONTEXT = pd.DataFrame()


def one_column(values: list[Any], entity: str | None = None, role: Role = Role.DIRECT, kind: Kind = Kind.TEXT) -> Table:
    dtype = "float64" if kind.is_numeric else "datetime64[us]" if kind is Kind.DATE else object
    return Table(
        "t", (Column("c", kind, role=role, entity=entity),), pd.DataFrame({"c": pd.Series(values, dtype=dtype)})
    )


def made_of(table: Table, rows: int, taken: Taken = NOBODY, seed: int = 1) -> np.ndarray[Any, Any]:
    return Fabricator.learn(table, statistics(table), taken).make(NO_CONTEXT, rows, np.random.default_rng(seed))["c"]


@pytest.fixture(scope="module")
def invented() -> tuple[Table, dict[str, np.ndarray[Any, Any]], pd.DataFrame]:
    table = customers(600)
    context = pd.DataFrame({"sex": texts(["F", "M"] * 500)})
    maker = Fabricator.learn(table, statistics(table), taken_of(Dataset((table,))))
    return table, maker.make(context, 1_000, np.random.default_rng(3)), context.assign(locale=maker.locale)


def test_makes_exactly_the_columns_whose_role_asks_for_it(invented: Any) -> None:
    _, made, _ = invented
    assert list(made) == ["customer_id", "first", "last", "email", "phone", "street", "remark"]
    assert all(len(values) == 1_000 and values.dtype == object for values in made.values())


def test_a_person_is_one_person_in_all_columns(invented: Any) -> None:
    _, made, context = invented
    words = words_of(context["locale"][0])
    women, men = set(words.female), set(words.male)
    for sex, first, last, email in zip(context["sex"], made["first"], made["last"], made["email"], strict=True):
        assert first in (women if sex == "F" else men)
        assert email.startswith(plain_letters(first) + "." + plain_letters(last))


def test_no_value_of_the_source_comes_back_however_it_is_spelt(invented: Any) -> None:
    table, made, _ = invented
    taken = taken_of(Dataset((table,)))
    for name in ("customer_id", "email", "phone", "street"):
        assert not any(value in taken for value in made[name] if value is not None)


def test_missing_values_keep_their_share(invented: Any) -> None:
    table, made, _ = invented
    for name in ("phone", "remark"):
        share = sum(value is None for value in made[name]) / 1_000
        assert share == pytest.approx(table.frame[name].isna().mean(), abs=0.05)
    assert None not in made["email"]


def test_contacts_lie_in_ranges_that_nobody_holds(invented: Any) -> None:
    _, made, _ = invented
    assert all(re.fullmatch(r"[a-z.]+\d*@example\.(com|org|net)", value) for value in made["email"])
    assert all(re.fullmatch(r"\(\d{3}\) 555-01\d\d", value) for value in made["phone"] if value)
    assert {value[1:4] for value in made["phone"] if value} <= set(AREA_CODES)


def test_free_text_becomes_text_of_nobody(invented: Any) -> None:
    table, made, _ = invented
    assert not _runs(table.frame["remark"]) & _runs(made["remark"])


def _runs(values: Any) -> set[tuple[str, ...]]:
    """Three words in a row."""
    words = [text.strip(".").split() for text in values if text]
    return {tuple(run[at : at + 3]) for run in words for at in range(len(run) - 2)}


def test_the_same_stream_invents_the_same_people() -> None:
    table = customers(50)
    maker = Fabricator.learn(table, statistics(table), NOBODY)
    first, second, other = (maker.make(NO_CONTEXT, 40, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all((first[name] == second[name]).all() for name in first)
    assert (first["email"] != other["email"]).any()


def test_one_more_row_changes_none_before_it() -> None:
    table = customers(50)
    maker = Fabricator.learn(table, statistics(table), NOBODY)
    seeds = fresh_seeds(41, np.random.default_rng(1))
    many, few = maker.make_from(NO_CONTEXT, seeds), maker.make_from(NO_CONTEXT, seeds[:40])
    assert (many["last"][:40] == few["last"]).all()


def test_nothing_learnt_holds_a_value() -> None:
    table = one_column([f"secret-{word}" for word in ("alpha", "bravo")] * 3)
    assert "alpha" not in repr(Fabricator.learn(table, statistics(table), NOBODY))


@pytest.mark.parametrize("rows", [0, 1])
def test_survives_no_row_and_one_row(rows: int) -> None:
    table = customers(rows)
    made = Fabricator.learn(table, statistics(table), NOBODY).make(NO_CONTEXT, 3, np.random.default_rng(1))
    assert all(len(values) == 3 for values in made.values())


def test_a_column_without_a_value_stays_without() -> None:
    assert list(made_of(one_column([None, None, None]), 4)) == [None] * 4


# --- identifiers ---


def test_identifiers_keep_prefix_zeros_and_marks_and_are_unique() -> None:
    table = one_column([f"KD-{i:06d}" for i in range(200)], role=Role.IDENTIFIER)
    made = made_of(table, 500)
    assert all(re.fullmatch(r"KD-0\d{5}", value) for value in made)
    assert len(set(made)) == 500


def test_whole_number_identifiers_are_whole_numbers_of_their_own() -> None:
    table = one_column([float(i) for i in range(100, 900)], role=Role.IDENTIFIER, kind=Kind.INTEGER)
    made = made_of(table, 800, taken_of(Dataset((table,))))
    assert made.dtype == np.float64
    assert (made == np.round(made)).all()
    assert len(set(made)) == 800
    assert not set(made) & set(table.frame["c"])


def test_a_prefix_of_a_few_values_is_not_kept() -> None:
    made = made_of(one_column(["SMITH1", "SMITH2"], role=Role.IDENTIFIER), 50)
    assert len({value[:5] for value in made}) > 10


def test_identifiers_that_repeat_go_on_repeating() -> None:
    table = one_column([f"A{i % 20:04d}" for i in range(400)], role=Role.IDENTIFIER)
    assert len(set(made_of(table, 400))) == 20


def test_too_few_possible_identifiers_are_an_error_that_says_what_to_do() -> None:
    table = one_column(list("ABCD"), role=Role.IDENTIFIER)
    with pytest.raises(BackendError, match="column c: 100 different identifiers are needed") as error:
        made_of(table, 100)
    assert "fewer rows" in error.value.hint


def test_an_identifier_of_digits_grows_before_it_runs_out() -> None:
    made = made_of(one_column([f"P{i}" for i in range(10)], role=Role.IDENTIFIER), 5_000)
    assert len(set(made)) == 5_000
    assert all(re.fullmatch(r"P\d+", value) for value in made)


# --- kinds of personal data ---

RESERVED = [
    ("US_SSN", ["123-45-6789"], r"9\d\d-[0-4][1-9]-\d{3}[1-9]"),
    ("UK_NINO", ["AB123456C"], r"QQ\d{6}[A-D]"),
    ("UK_NHS", ["943 476 5919"], r"999 \d{3} \d{4}"),
    ("IPV4", ["8.8.8.8"], r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}"),
    ("IPV6", ["2606:4700::1111"], r"2001:db8:[0-9a-f:]+"),
    ("MAC", ["AA-BB-CC-DD-EE-FF"], r"00-00-5E-00-53-[0-9A-F]{2}"),
    ("URL", ["https://shop.com/a"], r"https://www\.example\.(com|org|net)/[a-z]+-\d+"),
    ("DOMAIN", ["shop.com"], r"[a-z]+-\d+\.(example|test|invalid)"),
    (
        "UUID",
        ["123e4567-e89b-42d3-a456-426614174000"],
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    ),
    ("IBAN", ["GB82WEST12345698765432"], r"GB\d\dXXXX000000\d{8}"),
    ("PHONE", ["+44 7911 123456"], r"\+44 7700 900\d{3}"),
    ("PHONE", ["+44 1603 123456"], r"\+44 (1632 960|2079 460|1\d\d4 960|1914 980|2896 496|2920 180)\d{3}"),
    ("PHONE", ["+1-202-456-1414"], r"\+1-\d{3}-555-01\d\d"),
    ("PHONE", ["+39 06 1234567"], r"\+39 00 0\d{6}"),
]


@pytest.mark.parametrize(("entity", "real", "safe"), RESERVED)
def test_reserved_ranges(entity: str, real: list[str], safe: str) -> None:
    made = made_of(one_column(real * 12, entity), 40)
    assert all(re.fullmatch(safe, value) for value in made)


def test_cards_are_published_test_numbers_or_of_an_issuer_that_cannot_be() -> None:
    repeated = made_of(one_column(["4929 1234 5678 9012"] * 12, "CREDIT_CARD"), 40)
    assert {value.replace(" ", "") for value in repeated} <= set(TEST_CARDS[16])
    unique = made_of(one_column([f"4929{i:012d}" for i in range(200)], "CREDIT_CARD"), 200)
    digits = np.array([[int(c) for c in value] for value in unique])
    assert len(set(unique)) == 200
    assert all(value.startswith("9999") for value in unique)
    assert (luhn(digits[:, :-1]) == digits[:, -1]).all()


def test_nhs_numbers_have_a_true_check_digit() -> None:
    space = reserved_space("UK_NHS", ["9434765919"], DEFAULT)
    assert space is not None
    for value in space.fill(Draws(fresh_seeds(50, np.random.default_rng(1)))):
        assert sum(int(c) * weight for c, weight in zip(value, range(10, 0, -1), strict=True)) % 11 == 0


def test_what_looks_like_an_address_is_made_as_one_without_being_told() -> None:
    made = made_of(one_column([f"x{i}@firm.com" for i in range(20)]), 10)
    assert all(value.rsplit("@", 1)[1].startswith("example.") for value in made)


class EveryNumber(Taken):
    """As if somebody held every telephone number that there is."""

    def __contains__(self, value: object) -> bool:
        return not any(c.isalpha() for c in str(value))


def test_a_used_up_range_falls_back_to_tokens_with_a_note() -> None:
    known = [f"+61 491 570 {end}" for end in ("006", "156", "157", "158", "159", "110")] * 3
    table = one_column(known, "PHONE")
    maker = Fabricator.learn(table, statistics(table), EveryNumber(b"k", frozenset({b"x"})))
    made = maker.make(NO_CONTEXT, 5, np.random.default_rng(1))["c"]
    assert not any(value in maker.taken for value in made)
    assert "tokens instead" in maker.notes[0]
    assert not any(number in maker.notes[0] for number in known)


def test_a_phone_is_taken_under_another_country_code_too() -> None:
    real = [f"{area}5550199" for area in range(200, 1000)]
    taken = Taken(key=b"k")
    taken = Taken(taken.key, frozenset(map(taken.fingerprint, real)))
    table = one_column([f"+1 {n[:3]}-{n[3:6]}-{n[6:]}" for n in real], "PHONE")
    assert not any(value.endswith("99") for value in made_of(table, 300, taken))


def test_dates_stay_between_the_protected_ends() -> None:
    table = one_column([np.datetime64("1990-01-01"), np.datetime64("1990-12-31")], "DATE_OF_BIRTH", kind=Kind.DATE)
    statistics = {
        "c": ColumnStatistics(rows=2, missing=0.0, distinct=2, is_unique=True, levels={}, low=7_310.0, high=7_320.0)
    }
    made = Fabricator.learn(table, statistics, NOBODY).make(NO_CONTEXT, 100, np.random.default_rng(1))["c"]
    assert made.dtype == np.dtype("datetime64[us]")
    assert made.min() >= np.datetime64(7_310, "D")
    assert made.max() <= np.datetime64(7_320, "D")


def test_numbers_that_name_people_stay_numbers() -> None:
    made = made_of(one_column([2024561414.0, 3125550000.0], "PHONE", kind=Kind.INTEGER), 20)
    assert all(re.fullmatch(r"\d{3}55501\d\d", f"{value:.0f}") for value in made)


def test_numbers_that_name_people_stay_numbers_where_there_was_none_to_learn_from() -> None:
    made = made_of(one_column([], "PHONE", kind=Kind.INTEGER), 20)
    assert all(re.fullmatch(r"\d{3}55501\d\d", f"{value:.0f}") for value in made)


# --- whole tables ---


def test_all_rows_of_an_entity_have_one_person() -> None:
    owner = texts(f"C{i // 4:05d}" for i in range(200))
    names = texts(f"Name{i // 4}" for i in range(200))
    columns = (
        Column("who", Kind.TEXT, role=Role.IDENTIFIER),
        Column("last", Kind.TEXT, role=Role.DIRECT, entity="LAST_NAME"),
    )
    table = Table("t", columns, pd.DataFrame({"who": owner, "last": names}), person="who")
    made = pd.DataFrame(
        Fabricator.learn(table, statistics(table), NOBODY).make(NO_CONTEXT, 200, np.random.default_rng(1))
    )
    assert (made.groupby("who")["last"].nunique() == 1).all()


def test_an_entity_of_the_context_is_kept_together() -> None:
    data = shop(60)
    table = orders(data.root).with_columns(
        Column("channel", Kind.TEXT, role=Role.DIRECT, entity="LAST_NAME"), Column("customer_id", Kind.TEXT)
    )
    names = table.frame.assign(channel=texts(f"N{key}" for key in table.frame["customer_id"]))
    table = Table(table.name, table.columns, names, person="customer_id")
    context = pd.DataFrame({"customer_id": texts(["a", "b", "a", "b"])})
    made = Fabricator.learn(table, statistics(table), NOBODY).make(context, 4, np.random.default_rng(1))["channel"]
    assert made[0] == made[2]
    assert made[1] == made[3]


# --- parts ---


def test_genders_are_read_in_several_languages() -> None:
    assert list(is_female(np.array(["F", "m", None, "x"], dtype=object))) == [1, 0, -1, -1]
    assert list(is_female(np.array(["H", "M"], dtype=object))) == [0, 1]
    assert list(is_female(np.array(["weiblich", "männlich"], dtype=object))) == [1, 0]


def test_the_locale_is_that_of_the_names() -> None:
    assert locale_of([], []) == DEFAULT
    assert locale_of(["zzz"], ["qqq"]) == DEFAULT
    german = words_of("de_DE")
    assert locale_of(german.female[100:160], german.last_male[100:160])[:2] == "de"


def test_a_shape_is_forgotten_where_values_share_nothing() -> None:
    shapes = learn_shapes(["one thing", "another", "a third thing here", "x" * 80])
    assert {len(shape.places) for shape in shapes.shapes} == {12}
    assert learn_shapes(["a"]).shapes[0].places == ("abcdefghijklmnopqrstuvwxyz",)


@pytest.mark.parametrize(
    "value",
    [
        lambda n: f"Jan {1 + n % 28} {1900 + n}",
        lambda n: f"{1900 + n}-{1 + n % 12:02}-{1 + n % 28:02}",
        lambda n: f"{n % 24:02}:{n % 60:02}.{n:03}",
        lambda n: f"${n}.50",
        lambda n: f"{n} kg",
        lambda n: f"Wuff {chr(97 + n % 26)}{chr(97 + n // 26)}",
    ],
)
def test_what_nobody_knows_is_invented_as_a_code_and_not_as_a_look_alike(value: Callable[[int], str]) -> None:
    """No made-up text may be taken for a date, a time, a number or a name."""
    frame = {"mystery": [value(n) for n in range(100)]}
    made = invent(table_of(frame))["mystery"]
    assert not any(looks_measured(text) or looks_worded(text) for text in made)
    assert all(len(text) == 12 for text in made)


def test_a_code_of_an_unknown_kind_keeps_its_shape() -> None:
    made = invent(table_of({"mystery": [f"KX-{n:04}" for n in range(100)]}))["mystery"]
    assert all(re.fullmatch(r"KX-\d{4}", text) for text in made)


def test_a_shape_is_loosened_from_the_right() -> None:
    shape = CodeShape(("A", "0", "0", "01"), known=0)
    assert shape.with_room(1) is shape
    assert shape.with_room(4).places == ("A", "0", "0", "0123456789")
    assert shape.with_room(40).places == ("A", "0", "0123456789", "0123456789")
    assert len(shape.with_room(10_000).places) == 6


def test_each_value_finds_its_own_shape_only_among_many_like_it() -> None:
    which, shapes = learn_own_shapes([f"A{i:03d}" for i in range(20)] + [f"{i:02d}-x" for i in range(20)] + ["odd one"])
    assert list(which) == [1] * 20 + [2] * 20 + [0]
    assert len(shapes) == 3


def test_draws_of_two_names_are_strangers() -> None:
    draws = Draws(fresh_seeds(4_000, np.random.default_rng(1)))
    left, right = draws.share("left"), draws.share("right")
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.06
    assert abs(left.mean() - 0.5) < 0.03
    assert draws.below("n", 7).max() == 6
