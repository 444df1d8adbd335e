"""State machines: the rows of a table are paths, judged by SQL that knows nothing of the rulebook."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from rulebooks import book, fitted, made

from privsynth.errors import BackendError, PolicyError

ACCOUNTS = """account: {sequence: {}}
segment: {choice: [plus, basic]}
opened: {date: {low: 2020-01-01, high: 2021-12-31}, missing: 0.02}"""
STATES = """  status:
    belongs_to: {table: t}
    states:
      start: {opened: 9, waiting: 1}
      moves:
        waiting: {opened: 1}
        opened: {active: 1}
        active: {active: 0.7, frozen: 0.2, closed: 0.1}
        frozen: {active: "CASE parent.segment WHEN 'plus' THEN 9 ELSE 1 END", closed: 1}
      stay:
        waiting: {constant: 5}
        opened: {exponential: {mean: 3}}
        active: {exponential: {mean: 100}}
        frozen: {uniform: {low: 10, high: 20}}
      unit: UNIT
      since: parent.opened
      until: 2026-12-31
    columns:
      id: {sequence: {}}
      account: {reference: account}
      state: {row: state}
      since: {row: since}
      until: {row: until}
      step: {row: number}
      days: {sql: "date_diff('day', since, until)"}
"""
PATH = """WITH p AS (
  SELECT s.*, opened, segment, row_number() OVER w AS place, lead(since) OVER w AS next_since,
         lead(state) OVER w AS next_state
  FROM s JOIN t USING (account) WINDOW w AS (PARTITION BY account ORDER BY id))
"""


def tables(folder: Path, unit: str = "days") -> tuple[pd.DataFrame, pd.DataFrame]:
    data = made(folder, book(ACCOUNTS, rows=3000, rest=STATES.replace("UNIT", unit)))
    return data["t"].frame, data["status"].frame


def asked(sql: str, t: pd.DataFrame, s: pd.DataFrame) -> tuple[float, ...]:
    with duckdb.connect() as base:
        base.register("t", t)
        base.register("s", s)
        return base.sql(PATH + sql).fetchall()[0]


def test_each_path_is_whole_and_keeps_to_the_moves(tmp_path: Path) -> None:
    t, s = tables(tmp_path)
    wrong = asked(
        """SELECT count(*) FILTER (step != place),
                  count(*) FILTER (place = 1 AND (since != opened OR state NOT IN ('opened', 'waiting'))),
                  count(*) FILTER (until IS DISTINCT FROM next_since),
                  count(*) FILTER (until < since), count(*) FILTER (since > DATE '2026-12-31'),
                  count(*) FILTER (state = 'closed' AND until IS NOT NULL),
                  count(*) FILTER (next_state IS NOT NULL AND state || next_state NOT IN ('waitingopened',
                    'openedactive', 'activeactive', 'activefrozen', 'activeclosed', 'frozenactive', 'frozenclosed'))
           FROM p""",
        t,
        s,
    )
    assert wrong == (0,) * 7
    assert len(s) > 20_000
    assert set(s["account"]) == set(t.loc[t["opened"].notna(), "account"])
    assert s["account"].is_monotonic_increasing


def test_moves_and_stays_have_their_laws(tmp_path: Path) -> None:
    """Of states that began long before the end, so that none of them is cut off."""
    shares = asked(
        """SELECT avg((next_state = 'frozen')::INT) FILTER (state = 'active'),
                  avg((next_state = 'closed')::INT) FILTER (state = 'active'),
                  avg((next_state = 'closed')::INT) FILTER (state = 'frozen' AND segment = 'plus'),
                  avg((next_state = 'closed')::INT) FILTER (state = 'frozen' AND segment = 'basic'),
                  avg(days) FILTER (state = 'opened'), avg(days) FILTER (state = 'active'),
                  avg((state = 'waiting')::INT) FILTER (step = 1),
                  min(days) FILTER (state = 'frozen'), max(days) FILTER (state = 'frozen'),
                  max(days) FILTER (state = 'waiting')
           FROM p WHERE since < DATE '2024-01-01'""",
        *tables(tmp_path),
    )
    assert shares[:4] == pytest.approx((0.2, 0.1, 0.1, 0.5), abs=0.03)
    assert shares[4:6] == pytest.approx((3, 100), rel=0.05)
    assert shares[6] == pytest.approx(0.1, abs=0.02)
    assert shares[7:] == (10, 20, 5)


def test_hours_have_a_time_of_day_and_days_have_none(tmp_path: Path) -> None:
    for unit, has_time in (("days", False), ("hours", True)):
        _, s = tables(tmp_path, unit)
        assert bool((s["since"] != s["since"].dt.normalize()).any()) is has_time


def test_a_machine_may_end_by_itself(tmp_path: Path) -> None:
    text = book(ACCOUNTS, rows=200, rest=STATES.replace("UNIT", "days").replace("      until: 2026-12-31\n", ""))
    last = made(tmp_path, text)["status"].frame.groupby("account").tail(1)
    assert set(last["state"]) == {"closed"}
    assert last["until"].isna().all()


def test_a_new_state_machine_changes_no_other_table(tmp_path: Path) -> None:
    t, _ = tables(tmp_path)
    assert t.equals(made(tmp_path, book(ACCOUNTS, rows=3000)).root.frame)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("waiting: 1}", "waiting: 0}", r"book.yaml:15:9: .*no path leads to state waiting"),
        ("        frozen: {uniform: {low: 10, high: 20}}\n", "", "not said how long state frozen lasts"),
        ("      stay:\n", "      stay:\n        closed: {constant: 3}\n", "no move leads from state closed"),
        ("      stay:\n", "      stay:\n        gone: {constant: 3}\n", "no such state"),
        ("0.2, closed: 0.1", "0.2, closed: 0.2", "these sum to 1.1"),
        ("0.2, closed: 0.1", "-0.2, closed: 0.1", "must not be negative"),
        ("{exponential: {mean: 3}}", "{choice: [a]}", "book.yaml:21:9: .*a law of numbers"),
        ("{exponential: {mean: 3}}", "{sequence: {}}", "a law of numbers"),
        ("{exponential: {mean: 3}}", "{exponential: {mean: state}}", "no such column"),
        ("parent.segment WHEN", "parent.segmnet WHEN", "did you mean 'parent.segment'"),
        ("{row: state}", "{row: stat}", "it is given state, since, until, number"),
        ("{table: t}", "{table: t, count: {constant: 1}}", "say how many rows there are"),
        ("unit: UNIT", "unit: years", "known are seconds, minutes, hours, days"),
        ("since: parent.opened", "since: parent.segment", "a day is expected"),
        ("start: {opened: 9, waiting: 1}", "start: {}", "at least 1 item"),
    ],
)  # fmt: skip
def test_impossible_machines_are_refused_with_their_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = book(ACCOUNTS, rest=STATES)
    assert old in text
    with pytest.raises(PolicyError, match=words):
        fitted(tmp_path, text.replace(old, new).replace("UNIT", "days"))


def test_a_machine_without_an_end_is_refused_by_the_name_of_a_state(tmp_path: Path) -> None:
    endless = STATES.replace("UNIT", "days").replace("      until: 2026-12-31\n", "").replace("closed", "opened")
    with pytest.raises(PolicyError, match="from state opened no path comes to an end"):
        fitted(tmp_path, book(ACCOUNTS, rest=endless))


def test_steps_that_take_no_time_are_stopped(tmp_path: Path) -> None:
    still = STATES.replace("UNIT", "days").replace("active: 0.7, frozen: 0.2, closed: 0.1", "active: 1, frozen: 0")
    still = still.replace("active: {exponential: {mean: 100}}", "active: {constant: 0}").replace(
        "frozen: 0}", "frozen: 0.0}"
    )
    with pytest.raises(PolicyError, match="no path leads to state frozen"):
        fitted(tmp_path, book(ACCOUNTS, rest=still))
    with pytest.raises(BackendError, match=r"book.yaml:12:5: after 10,000 steps \d+ parents .* in state active"):
        made(tmp_path, book(ACCOUNTS, rows=3, rest=still.replace("frozen: 0.0}", 'frozen: "0"}')))


def test_stays_below_nothing_are_refused_with_their_number(tmp_path: Path) -> None:
    wrong = STATES.replace("UNIT", "days").replace("{exponential: {mean: 3}}", "{normal: {mean: 0, sd: 1}}")
    with pytest.raises(BackendError, match=r"book.yaml:21:9: a length of time is missing or below 0, in \d+ rows"):
        made(tmp_path, book(ACCOUNTS, rest=wrong))


def test_only_rows_of_a_process_are_given_something(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="it is given nothing: only rows of a process"):
        fitted(tmp_path, book("x: {row: state}"))


def test_a_number_of_rows_cannot_be_asked_of_a_book_of_processes_alone(tmp_path: Path) -> None:
    alone = """version: 1
name: lamp
tables:
  lamp:
    states:
      start: on
      moves: {"on": {"off": 1}, "off": {"on": 1}}
      stay: {"on": {constant: 2}, "off": {constant: 3}}
      since: 2026-01-01
      until: 2026-01-31
    columns: {light: {row: state}, since: {row: since}}
"""
    frame = made(tmp_path, alone).root.frame
    assert list(frame["light"][:3]) == ["on", "off", "on"]
    assert list(frame["since"].dt.day[:4]) == [1, 3, 6, 8]
    assert frame["since"].max() == pd.Timestamp("2026-01-31")
    with pytest.raises(BackendError, match="all come from a process"):
        made(tmp_path, alone, rows=5)
