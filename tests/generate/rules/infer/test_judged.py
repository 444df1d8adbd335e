"""A book that was inferred from rows is judged by the people whom it never saw, and reported as what it is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from crowded import shop

from privsynth.api import Outcome, inspect, synthesize
from privsynth.errors import PolicyError
from privsynth.generate.rules.book import parse_rulebook, read_rulebook
from privsynth.pipeline.inferring import held_out_before, inferred_book
from privsynth.pipeline.rulebooks import check
from privsynth.policy import Policy

FRAME = shop(2_400)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inferred") / "book.yaml"
    policy = Policy(holdout=0.5, seed=3)
    path.write_text(inferred_book(inspect({"shop": FRAME}, policy), policy, name="shop", file="book.yaml"), "utf-8")
    return path


def run(book: Path, data: Any, **options: Any) -> Outcome:
    return synthesize(data, backend={"kind": "rules", "rulebook": str(book)}, **options)


def test_the_book_says_of_what_it_was_made(book: Path) -> None:
    mark = read_rulebook(book).rules.inferred
    assert mark is not None
    assert (mark.k, mark.holdout, mark.seed) == (11, 0.5, 3)
    assert mark.rows["shop"] == 1_200
    assert mark.digest is not None


@pytest.mark.parametrize("seed", range(4))
def test_so_many_are_held_out_as_the_profile_counts(seed: int) -> None:
    """A third of 3,000 people is not a round share; one fewer than a thousand would be too few."""
    data, policy = inspect({"shop": shop(3_000)}, Policy()), Policy(profile="gdpr-strict", seed=seed)
    mark = parse_rulebook(inferred_book(data, policy, name="shop", file="book.yaml"), "book.yaml").rules.inferred
    assert mark is not None
    assert mark.holdout == 0.34
    assert 1_970 <= len(held_out_before(data, Policy(), mark)[0]["shop"]) <= 2_000


def test_whom_too_few_are_held_out_for_is_told_to_infer_again(tmp_path: Path) -> None:
    policy, path = Policy(holdout=0.1, seed=3), tmp_path / "book.yaml"
    path.write_text(inferred_book(inspect({"shop": FRAME}, policy), policy, name="shop", file="book.yaml"), "utf-8")
    refused = run(path, {"shop": FRAME}, profile="gdpr-strict", state=tmp_path / "state")
    assert any("infer it again with --profile gdpr-strict" in line for line in refused.result.advice.by_hand)


def broken_in(book: Path, frame: Any, folder: Path) -> dict[str, str]:
    """By column what is not kept, as `rules check` says it."""
    frame.to_csv(folder / "shop.csv", index=False)
    found = check(book, [str(folder / "shop.csv")], Policy()).answers
    return {each.demand.columns[0]: each.standing for each in found if each.is_bad}


def test_the_rows_that_a_book_was_inferred_from_keep_it_and_clearly_other_ones_do_not(
    book: Path, tmp_path: Path
) -> None:
    assert "Zzyzx" in set(FRAME["city"])
    assert broken_in(book, FRAME, tmp_path) == {}
    dear = FRAME.assign(price=FRAME["price"] * 20, city=FRAME["city"].where(FRAME.index % 8 > 0, "Elsewhere"))
    assert broken_in(book, dear, tmp_path) == {"city": "broken", "till": "broken", "price": "broken"}, (
        "the book has no till for a city that it does not know"
    )


def test_the_share_that_is_untold_is_never_that_of_fewer_than_k_people(book: Path) -> None:
    mark = read_rulebook(book).rules.inferred
    assert mark is not None
    assert mark.untold["shop"]["order"] == 1, "keys are new"
    assert min(mark.untold["shop"].values()) >= mark.k / 1_200


def test_a_run_beside_the_same_rows_holds_out_whom_the_book_never_saw(book: Path) -> None:
    mark = read_rulebook(book).rules.inferred
    assert mark is not None
    shuffled = inspect({"shop": FRAME.sample(frac=1, random_state=2)}, Policy())
    train, held = held_out_before(shuffled, Policy(seed=99), mark)
    assert len(train["shop"]) == 1_200
    assert len(train["shop"]) + len(held["shop"]) == len(FRAME)


def test_fewer_rows_are_refused_with_the_counts(book: Path) -> None:
    with pytest.raises(PolicyError, match=r"from other rows.*table shop with about 1,200 rows then and 1,000 now"):
        run(book, {"shop": FRAME.iloc[:2_000]})


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(shop(2_400, seed=5), id="wholly other people"),
        pytest.param(FRAME.assign(quantity=FRAME["quantity"] + 1), id="the same people, one column moved"),
        pytest.param(FRAME.replace({"quantity": {59: 58}}), id="a few cells"),
    ],
)
def test_as_many_other_rows_are_refused(book: Path, other: pd.DataFrame) -> None:
    """They would be dealt anew: whoever is held out of them may have been looked at."""
    with pytest.raises(PolicyError, match="as many rows as then, but not the same ones") as refused:
        run(book, {"shop": other})
    assert "infer a rulebook again" in str(refused.value.hint)


def test_a_book_that_does_not_know_its_rows_stands_beside_none(book: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.yaml"
    older.write_text(re.sub(r'(, |\n *)digest: "?\w+"?', "", book.read_text("utf-8")), "utf-8")
    with pytest.raises(PolicyError, match="no digest") as refused:
        run(older, {"shop": FRAME})
    assert "infer a rulebook again" in str(refused.value.hint)
    assert run(older, None, rows=300).status == run(book, None, rows=300).status


def test_the_form_of_the_files_does_not_matter(book: Path, tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "shop.parquet")
    FRAME.sample(frac=1, random_state=2).iloc[:, ::-1].to_csv(tmp_path / "shop.csv", index=False)
    mark = read_rulebook(book).rules.inferred
    assert mark is not None
    for file in ("shop.csv", "shop.parquet"):
        _, held = held_out_before(inspect(tmp_path / file, Policy()), Policy(), mark)
        assert len(held["shop"]) == 1_200


def test_another_holdout_is_refused(book: Path) -> None:
    with pytest.raises(PolicyError, match="says itself who was held out"):
        run(book, {"shop": FRAME}, holdout=0.3)


def test_a_column_that_the_book_makes_cannot_be_left_out_and_one_that_it_does_not_make_can(tmp_path: Path) -> None:
    policy, path = Policy(holdout=0.5, seed=3, drop=["price"]), tmp_path / "book.yaml"
    path.write_text(inferred_book(inspect({"shop": FRAME}, policy), policy, name="shop", file="book.yaml"), "utf-8")
    assert not run(path, {"shop": FRAME}, drop=["price"]).verdicts["schema"].failures
    with pytest.raises(PolicyError, match="column city cannot be left out: the rulebook makes it"):
        run(path, {"shop": FRAME}, drop=["price", "city"])


def test_recipe_and_reports_say_that_it_was_inferred(book: Path) -> None:
    outcome = run(book, None, rows=300)
    said = json.dumps([outcome.report, outcome.manifest])
    page = outcome.result.reports.files["compliance.html"].decode()
    assert "read no real data" not in (said + page).casefold()
    assert outcome.report["method"]["is_inferred"] is True
    assert "inferred from real rows" in said
    assert "inferred from real rows" in page


def test_where_the_mark_was_taken_out_nothing_is_claimed_of_where_the_book_came_from(
    book: Path, tmp_path: Path
) -> None:
    """A run knows what it read itself, and no more."""
    marked = book.read_text("utf-8")
    bare = tmp_path / "bare.yaml"
    bare.write_text(re.sub(r"(?ms)^inferred:.*?^tables:", "tables:", marked), "utf-8")
    outcome = run(bare, None, rows=300)
    said = json.dumps([outcome.report, outcome.manifest])
    page = outcome.result.reports.files["compliance.html"].decode()
    assert "this run read no real data; what the rulebook was made of, only its author knows" in said
    assert "no real data was read" not in (said + page).casefold()
    assert "what its rulebook says: this run read no real data" in {
        each["survives"] for each in outcome.report["columns"]
    }
