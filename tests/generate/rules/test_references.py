"""References to rows of any table: which rows fit, how often each is drawn, and where no two may be the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rulebooks import answer, fitted, made

from privsynth.dataset import Relation
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.relations.candidates import Candidates, in_groups

MARKET = """version: 1
name: market
tables:
  lines:
    belongs_to: {table: orders, count: {whole: {low: 0, high: 6}}}
    columns:
      order_id: {reference: order_id}
      product_id: {reference: {table: products, key: product_id, as: product, REFERENCE}}
      price: {sql: product.price}
      amount: {sql: product.price * 2}
REST
  orders:
    rows: 3000
    columns: {order_id: {sequence: {}}, city: {choice: [Bonn, Kiel, Ulm]}}
  products:
    rows: 60
    columns:
      product_id: {sequence: {prefix: P}}
      city: {choice: [Bonn, Kiel, Ulm]}
      popularity: {whole: {low: 0, high: 3}}
      price: {uniform: {low: 1, high: 90}}
      sold: {choice: {yes: 8, no: 2}}
"""


def market(reference: str, rest: str = "") -> str:
    return MARKET.replace(", REFERENCE", f", {reference}" if reference else "").replace("REST\n", rest)


def test_columns_of_the_row_that_is_referred_to_are_seen(tmp_path: Path) -> None:
    data = made(tmp_path, market(""))
    sql = """SELECT count(*), count(p.product_id), count(DISTINCT l.product_id),
        count(*) FILTER (abs(l.price - p.price) < 0.001 AND abs(l.amount - 2 * p.price) < 0.001)
        FROM lines l LEFT JOIN products p USING (product_id)"""
    [(rows, found, different, right)] = answer(tmp_path, data, sql)
    assert rows == found == right > 8000
    assert different == 60
    assert data.relations == (
        Relation("orders", "order_id", "lines", "order_id"),
        Relation("products", "product_id", "lines", "product_id"),
    )


def test_only_rows_that_fit_are_referred_to(tmp_path: Path) -> None:
    data = made(tmp_path, market("where: \"product.city = parent.city AND product.sold = 'yes'\""))
    sql = """SELECT count(*), count(*) FILTER (p.city = o.city AND p.sold = 'yes')
        FROM lines JOIN orders o USING (order_id) JOIN products p USING (product_id)"""
    [(rows, fitting)] = answer(tmp_path, data, sql)
    assert rows == fitting == len(data["lines"])


def test_rows_are_drawn_by_their_weight(tmp_path: Path) -> None:
    data = made(tmp_path, market("weight: product.popularity"))
    sql = """SELECT popularity, count(*) / any_value(many) FROM lines JOIN products USING (product_id)
        JOIN (SELECT popularity, count(*) many FROM products GROUP BY 1) USING (popularity) GROUP BY 1 ORDER BY 1"""
    shares = answer(tmp_path, data, sql)
    assert [each for each, _ in shares] == [1, 2, 3]  # weight 0 is never drawn
    assert [many / shares[0][1] for _, many in shares] == pytest.approx([1, 2, 3], rel=0.1)


def test_rows_of_one_parent_refer_to_different_rows_up_to_the_last_that_fits(tmp_path: Path) -> None:
    text = market('unique: true, weight: 1 + product.popularity, where: "product.city = parent.city"')
    data = made(tmp_path, text.replace("rows: 60", "rows: 24"))
    sql = """SELECT count(*), count(DISTINCT (order_id, product_id)), count(*) FILTER (p.city = o.city)
        FROM lines JOIN orders o USING (order_id) JOIN products p USING (product_id)"""
    [(rows, different, fitting)] = answer(tmp_path, data, sql)
    assert rows == different == fitting == len(data["lines"])


def test_too_few_different_rows_are_told_with_counts(tmp_path: Path) -> None:
    text = market("unique: true").replace("rows: 60", "rows: 5")
    with pytest.raises(BackendError, match="up to 6 must be different, and 5 fit") as caught:
        made(tmp_path, text)
    assert "table lines" in str(caught.value)


def test_a_row_may_refer_to_none(tmp_path: Path) -> None:
    data = made(tmp_path, market("missing: \"CASE WHEN parent.city = 'Ulm' THEN 1 ELSE 0.2 END\", unique: true"))
    sql = """SELECT city = 'Ulm', avg(CASE WHEN product_id IS NULL THEN 1 ELSE 0 END),
        count(*) FILTER ((product_id IS NULL) <> (price IS NULL)) FROM lines JOIN orders USING (order_id)
        GROUP BY 1 ORDER BY 1"""
    (_, some, odd), (_, ulm, odder) = answer(tmp_path, data, sql)
    assert some == pytest.approx(0.2, abs=0.03)
    assert (ulm, odd, odder) == (1, 0, 0)


def test_a_table_is_referred_to_twice_and_a_row_that_breaks_an_expectation_refers_to_others(tmp_path: Path) -> None:
    rest = """      gift: {reference: {table: products, key: product_id, as: gift}}
      worth: {sql: gift.price}
    expect: [gift <> product_id, gift.price < 50]
"""
    data = made(tmp_path, market("", rest))
    sql = """SELECT count(*),
        count(*) FILTER (gift <> lines.product_id AND g.price < 50 AND abs(worth - g.price) < 0.001)
        FROM lines JOIN products g ON gift = g.product_id"""
    [(rows, right)] = answer(tmp_path, data, sql)
    assert rows == right == len(data["lines"])


def test_unique_in_the_whole_table_makes_pairs(tmp_path: Path) -> None:
    text = """version: 1
name: desks
tables:
  people: {rows: 30, columns: {id: {sequence: {}}, desk: {reference: {table: desks, key: no}, unique: true}}}
  desks: {rows: 30, columns: {no: {sequence: {start: 7}}}}
"""
    assert sorted(made(tmp_path, text)["people"].values("desk")) == list(range(7, 37))
    with pytest.raises(BackendError, match="up to 30 must be different, and 29 fit"):
        made(tmp_path, text.replace("desks: {rows: 30", "desks: {rows: 29"))


def test_a_reference_changes_no_other_column(tmp_path: Path) -> None:
    before, after = (
        made(tmp_path, market("")),
        made(tmp_path, market("", "      g: {reference: {table: products, key: product_id}}\n")),
    )
    for table in before:
        assert table.frame.equals(after[table.name].frame[list(table.frame)])


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("where: product.city < parent.city", "neither compares the two rows by '='"),
        ("where: parent.city = 'Ulm'", "neither compares the two rows by '='"),
        ("where: product.cty = parent.city", "did you mean 'product.city'"),
        ("where: product.city = parent.order_id", "mixes text with something else"),
        ("weight: parent.order_id", "no such column"),
        ("weight: 0", "a weight is above 0"),
        ("missing: 1.5", "from 0 to 1"),
        ("missing: product.price", "no such column"),
        ("wher: product.city = parent.city", "did you mean 'where'"),
    ],
)
def test_a_reference_that_cannot_be_meant_is_refused(tmp_path: Path, reference: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words) as caught:
        fitted(tmp_path, market(reference))
    assert str(caught.value).startswith("book.yaml:8:")


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("x: {reference: {table: product, key: product_id}}", "there is no such table"),
        ("x: {reference: {table: products, key: id}}", "its columns are: product_id"),
        ("x: {reference: {table: products, key: price, as: other}}", "a key must be"),
        ("x: {reference: {table: products, key: product_id, as: parent}}", "give it another name"),
        ("x: {reference: {key: order_id, unique: true}}", "unique need a table"),
        ("x: {reference: {table: orders, key: order_id, as: product}}", "its table is one"),
        ("x: {reference: {table: products, key: product_id, as: product, missing: 0.5}}", "is said once"),
        ("x: {reference: {table: products, key: product_id, as: y}, missing: 0.5}", "move 'missing' into"),
        ("product.x: {constant: 1}", "means a column of the row"),
        (
            "x: {reference: {table: products, key: product_id, as: y, where: y.city = z.city}}\n"
            "      w: {reference: {table: products, key: product_id, as: z, where: z.city = y.city}}",
            "circle: y -> z -> y",
        ),
    ],
)
def test_references_that_contradict_each_other_are_refused(tmp_path: Path, column: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        fitted(tmp_path, market("unique: true", f"      {column}\n"))


def test_values_without_a_row_that_fits_are_told_with_counts(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"no row of table products fits for \d+ of \d+ rows"):
        made(tmp_path, market("where: product.city = 'Rom'"))


def test_a_negative_weight_is_told_with_counts(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"negative or missing in \d+ of 60 rows of table products"):
        made(tmp_path, market("weight: product.popularity - 1"))


def test_dealing_out_what_is_left_keeps_to_weights_and_groups() -> None:
    """By hand: owners 0 to 1999 want 2 of the 3 rows of their group; the heavy one is nearly always among them."""
    owner = np.repeat(np.arange(2000), 2)
    group = np.array(["a", "b"], dtype=object)[owner % 2]
    there = np.array(["a", "a", "a", "b", "b", "b"], dtype=object)
    weights = np.array([1.0, 1.0, 98.0, 1.0, 1.0, 1.0])
    candidates = in_groups(np.arange(6), [there], [group], count=4000, weights=weights)
    rows = np.arange(4000)
    for draw in (Candidates.draw_different, dealt_alone):
        drawn = draw(candidates, rows, owner, np.random.default_rng(1)).reshape(2000, 2)
        assert (drawn[:, 0] != drawn[:, 1]).all()
        assert (drawn[::2] < 3).all()
        assert (drawn[1::2] >= 3).all()
        assert (drawn[::2] == 2).any(axis=1).mean() > 0.98
        assert (drawn[1::2] == 5).any(axis=1).mean() == pytest.approx(2 / 3, abs=0.05)


def dealt_alone(candidates: Candidates, rows: np.ndarray, owner: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return candidates._dealt(rows, owner, (owner, np.full(len(rows), -1)), rng)


def test_tables_may_refer_to_each_other_and_one_of_the_keys_is_then_no_relation(tmp_path: Path) -> None:
    text = """version: 1
name: circle
tables:
  teams:
    rows: 9
    columns: {no: {sequence: {}}, head: {reference: {table: people, key: id, where: people.old = 'yes'}}}
  people:
    rows: 90
    columns: {id: {sequence: {}}, old: {choice: [yes, no]}, team: {reference: {table: teams, key: no}}}
"""
    data = made(tmp_path, text)
    sql = "SELECT count(*) FROM people p JOIN teams t ON team = no JOIN people h ON head = h.id WHERE h.old = 'yes'"
    assert answer(tmp_path, data, sql) == [(90,)]
    assert data.relations == (Relation("people", "id", "teams", "head"),)
    assert [table.name for table in data.parents_first()] == ["people", "teams"]
