"""What a rulebook demands of rows from elsewhere: each way to make values, with one value that it can give and not."""

from __future__ import annotations

from pathlib import Path

import pytest
from rulebooks import book, made

from privsynth.checks.answer import Answer, answers
from privsynth.checks.filed import FiledTables
from privsynth.generate.rules.book import parse_rulebook
from privsynth.generate.rules.demands.book import columns_of, demands_of
from privsynth.generate.rules.demands.unasked import PEOPLE, RANKS, SHAPES
from privsynth.generate.rules.planning.plan import plan_tables
from privsynth.policy import Policy
from privsynth.read.filed import read_filed

CHILD = """  c:
    belongs_to: {table: t, count: {whole: {low: 1, high: parent.most}}}
    columns:
      k: {reference: k}
      day: {date: {low: parent.first, high: 2024-12-31}}
"""


def asked(folder: Path, text: str, **files: str) -> list[Answer]:
    """How tables, given as texts, meet a rulebook."""
    read = parse_rulebook(text, "book.yaml")
    plan = plan_tables(read)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    paths = [str(folder / f"{name}.csv") for name in files]
    ties = {name: table.ties for name, table in plan.tables.items()}
    return list(answers(demands_of(read, plan), read_filed(paths, columns_of(plan), ties, Policy())))


def broken(found: list[Answer]) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(each.demand.kind, each.demand.columns[0], each.lines) for each in found if each.is_bad]


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("{constant: 5}", "5", "6"),
        ("{constant: yes please}", "yes please", "no"),
        ("{choice: {a: 1, b: 0}}", "a", "b"),
        ("{choice: [0.1, 0.25]}", "0.10", "0.2"),
        ("{choice: [true, false]}", "true", "maybe"),
        ("{choice: [2024-01-01, 2024-02-01]}", "2024-02-01", "2024-01-02"),
        ("{uniform: {low: 1, high: 2}}", "2.004", "2.01"),
        ("{whole: {low: 1, high: 3}}", "3", "4"),
        ("{normal: {mean: 0, sd: 1, high: 2}}", "-9", "2.1"),
        ("{lognormal: {median: 1, sigma: 1}}", "0.5", "-0.5"),
        ("{exponential: {mean: 1, low: 1}}", "1", "0.5"),
        ("{poisson: {mean: 1, low: 1}}", "1", "0"),
        ("{histogram: {edges: [1, 5, 9], weights: [1, 1]}}", "9", "10"),
        ("{triangular: {low: 1, mode: 2, high: 5}}", "5", "6"),
        ("{beta: {alpha: 1, beta: 2}}", "0.5", "1.5"),
        ("{pareto: {least: 10, shape: 2}}", "10", "9"),
        ("{binomial: {trials: 5, chance: 0.5}}", "5", "6"),
        ("{geometric: {chance: 0.5}}", "1", "0"),
        ("{zipf: {shape: 1, high: 9}}", "9", "10"),
        ("{template: 'a{y:03d}'}", "a001", "a1"),
        ("{mixture: [{weight: 1, whole: {low: 1, high: 9}}], low: 3}", "3", "2"),
        (
            "{mixture: [{weight: 1, date: {low: 2024-01-01, high: 2024-01-31}}], high: 2024-01-09}",
            "2024-01-09",
            "2024-01-10",
        ),
        ("{date: {low: 2024-01-01, high: 2024-01-31}}", "2024-01-31", "2024-02-01"),
        ("{date: {low: 2024-01-01, high: 2024-01-31, weekdays: true}}", "2024-01-05", "2024-01-06"),
        ("{date: {low: 2024-01-01, high: 2024-01-31, time: true}}", "2024-01-31 00:00", "2024-01-31 00:01"),
        ("{pattern: '[A-Z]{2}-\\d{2,3}'}", "AB-123", "ABC-12"),
        ("{sequence: {prefix: P, width: 3, start: 5, step: 5}}", "P010", "P011"),
        ("{sequence: {start: 5}}", "5", "4"),
        ("{person: email}", "ann.lee@example.com", "ann.lee@gmail.com"),
        ("{person: ip}", "192.0.2.7", "8.8.8.8"),
        ("{person: ssn}", "912-03-4567", "219-09-9999"),
        ("{uuid: {}}", "00000000-0000-4000-8000-000000000000", "1"),
        ("{mixture: [{weight: 1, whole: {low: 1, high: 3}}, {weight: 1, choice: [9.99]}]}", "9.99", "5"),
    ],
)
def test_a_value_that_its_way_cannot_give_is_found(tmp_path: Path, rule: str, good: str, bad: str) -> None:
    found = asked(tmp_path, book(f"x: {rule}\ny: {{constant: 1}}"), t=f"x,y\n{good},1\n{bad},1\n")
    assert broken(found) == [("values", "x", (3,))]


REGIONS = [
    ("within: {lat: 52.5, lon: 13.4, km: 20}", "52.51234,13.6", "52.5,13.9"),
    ("within: {lat: 0, lon: 179.9, km: 30}", "0.1,-179.9", "0.1,179.5"),
    ("box: {south: 47, west: 6, north: 55, east: 15}", "55,15", "46.9,10"),
    ("box: {south: -1, west: 170, north: 1, east: -170}", "0,-175", "0,165"),
]


@pytest.mark.parametrize(("region", "good", "bad"), REGIONS)
def test_a_point_beyond_its_region_is_found(tmp_path: Path, region: str, good: str, bad: str) -> None:
    columns = f"lat: {{point: {{part: latitude, {region}}}}}\nlon: {{point: {{part: longitude}}}}"
    assert broken(asked(tmp_path, book(columns), t=f"lat,lon\n{good}\n{bad}\n,\n"))[0] == ("values", "lat", (3,))


@pytest.mark.parametrize(
    ("part", "region", "good", "bad"),
    [
        ("latitude", REGIONS[0][0], "52.6", "52.7"),
        ("longitude", REGIONS[0][0], "13.6", "13.9"),
        ("longitude", "within: {lat: 89.9, lon: 0, km: 50}", "-170", "181"),
        ("latitude", REGIONS[2][0], "47", "46.9"),
        ("longitude", REGIONS[2][0], "6", "5.9"),
    ],
)
def test_one_part_of_a_point_is_asked_alone(tmp_path: Path, part: str, region: str, good: str, bad: str) -> None:
    text = book(f"x: {{point: {{part: {part}, {region}}}}}\ny: {{constant: 1}}")
    assert broken(asked(tmp_path, text, t=f"x,y\n{good},1\n{bad},1\n")) == [("values", "x", (3,))]


def test_a_region_that_differs_by_row_is_asked_of_each_row_and_made_points_lie_in_it(tmp_path: Path) -> None:
    columns = """r: {choice: [1, 50]}
lat: {point: {part: latitude, within: {lat: 10, lon: 20, km: r}}, decimals: 3}
lon: {point: {part: longitude}}"""
    assert broken(asked(tmp_path, book(columns), t="r,lat,lon\n50,10.2,20\n1,10.2,20\n,10.2,20\n"))[-1:] == [
        ("values", "lat", (3,))
    ]
    table = made(tmp_path, book(columns, rows=500)).tables[0]
    texts = (table.text(name) for name in ("r", "lat", "lon"))
    lines = "".join(f"{','.join(line)}\n" for line in zip(*texts, strict=True))
    assert broken(asked(tmp_path, book(columns), t=f"r,lat,lon\n{lines}")) == []


def test_more_decimals_than_the_book_says_are_found(tmp_path: Path) -> None:
    columns = "x: {uniform: {low: 0, high: 2000000}, decimals: 3}\ny: {uniform: {low: 0, high: 9}}"
    found = asked(tmp_path, book(columns), t="x,y\n1.234,1.23456\n1234567.891,1\n1.2345,1\n0,1\n")
    assert broken(found) == [("kind", "x", (4,))]


def test_what_no_row_can_be_asked_for_is_told_and_not_said_to_be_kept(tmp_path: Path) -> None:
    columns = "x: {whole: {low: 1, high: 3}}\nz: {whole: {low: 1, high: 3}}\nn: {person: last_name}\nc: {constant: 1}"
    found = asked(tmp_path, book(columns, rest="    correlate:\n      - {x ~ z: 0.5}\n"), t="x,z,n,c\n1,1,Lee,1\n")
    told = [(each.demand.columns, each.unjudged) for each in found if each.standing == "not judged"]
    assert told == [(("x",), SHAPES), (("z",), SHAPES), (("n",), PEOPLE), (("x", "z"), RANKS)]


def test_the_people_of_an_inferred_book_are_those_of_its_rows_and_not_asked(tmp_path: Path) -> None:
    head = "inferred: {rows: {t: 20}, k: 11, holdout: 0.2, seed: 1}\n"
    found = asked(tmp_path, book("x: {person: email}\ny: {constant: 1}", head=head), t="x,y\nann.lee@gmail.com,1\n")
    assert broken(found) == []
    assert PEOPLE in {each.unjudged for each in found}


def test_laws_that_differ_by_row_are_asked_of_each_row(tmp_path: Path) -> None:
    text = book(
        "kind: {choice: [a, b]}\n"
        "low: {whole: {low: 0, high: 9}}\n"
        "x: {by: kind, of: {a: {whole: {low: low, high: 10}}, b: {constant: null}}}\n"
        "y: {when: x > 5, then: {constant: 1}, else: {constant: 2}}\n"
        "z: {sql: x * 1.5}"
    )
    rows = "a,3,2,2,3.00\na,3,6,1,9.00\na,3,6,2,9.01\nb,3,6,1,9\nb,3,,2,\n"
    assert broken(asked(tmp_path, text, t=f"kind,low,x,y,z\n{rows}")) == [
        ("values", "x", (2, 5)),
        ("values", "y", (4,)),
        ("values", "z", (4,)),
    ]


def test_a_child_is_held_against_the_row_of_its_parent(tmp_path: Path) -> None:
    text = book(
        "k: {sequence: {}}\nfirst: {date: {low: 2024-01-01, high: 2024-12-31}}\nmost: {whole: {low: 1, high: 2}}",
        rest=CHILD,
    )
    parents = "k,first,most\n1,2024-06-01,1\n2,2024-02-01,2\n3,2024-02-01,2\n"
    children = "k,day\n1,2024-05-31\n1,2024-07-01\n2,2024-02-01\n9,2024-01-01\n"
    assert broken(asked(tmp_path, text, t=parents, c=children)) == [
        ("values", "day", (2,)),
        ("reference", "k", (5,)),
        ("children", "k", (2, 4)),
    ]


def test_sums_and_order_are_held_along_the_rows_of_one_parent_wherever_they_stand(tmp_path: Path) -> None:
    rest = (
        "  c:\n    belongs_to: {table: t, count: {whole: {low: 0, high: 9}}}\n    in_order: at\n    columns:\n"
        "      k: {reference: k}\n      at: {whole: {low: 0, high: 9}}\n      x: {uniform: {low: -9, high: 9}}\n"
        "      sum: {running: {sum: x, start: parent.start}}\n"
        "      before: {before: {column: sum, first: parent.start}}\n"
    )
    text = book("k: {sequence: {}}\nstart: {constant: 10}", rest=rest)
    rows = "1,3,1.00,11.00,10\n2,5,2.00,12.00,10\n1,4,1.50,12.50,11\n2,4,1.00,13.01,12\n1,4,,12.50,12.50\n"
    found = asked(tmp_path, text, t="k,start\n1,10\n2,10\n", c=f"k,at,x,sum,before\n{rows}")
    assert broken(found) == [("order", "at", (5,)), ("missing", "x", (6,)), ("values", "sum", (5,))]


def test_totals_and_what_was_dealt_out_add_up(tmp_path: Path) -> None:
    rest = (
        "  c:\n    belongs_to: {table: t, count: {whole: {low: 0, high: 9}}}\n    columns:\n"
        "      k: {reference: k}\n      x: {uniform: {low: 0, high: 9}}\n      part: {deal: {of: parent.given}}\n"
    )
    text = book("k: {sequence: {}}\ngiven: {whole: {low: 0, high: 90}}\ntotal: {total: c.x}", rest=rest)
    parents = "k,given,total\n1,5,3.30\n2,7,1.01\n3,0,0.00\n"
    found = asked(tmp_path, text, t=parents, c="k,x,part\n1,1.10,2\n2,1.00,3\n1,2.20,3\n2,,3\n")
    assert broken(found) == [("total", "total", (3,)), ("missing", "x", (5,)), ("total", "given", (3,))]


def test_errors_on_purpose_may_break_what_they_touch_up_to_their_rate(tmp_path: Path) -> None:
    text = book(
        "x: {whole: {low: 1, high: 3}}\ny: {constant: 1}", rest="    errors: [{column: x, out_of_range: 0.1}]\n"
    )

    def bad(many: int) -> list[tuple[str, str, tuple[int, ...]]]:
        rows = "".join(f"{9 if at < many else 1},1\n" for at in range(300))
        return broken(asked(tmp_path, text, t=f"x,y\n{rows}"))

    assert bad(0) == bad(30) == []
    assert [kind for kind, _, _ in bad(90)] == ["values"]


def test_a_key_may_not_come_twice_nor_be_left_out(tmp_path: Path) -> None:
    found = asked(tmp_path, book("k: {sequence: {prefix: K}}\nx: {constant: 1}"), t="k,x\nK1,1\nK1,1\n,1\n")
    assert broken(found) == [("missing", "k", (4,)), ("unique", "k", (3,))]


def test_what_is_none_of_its_kind_is_told_once_and_with_its_line(tmp_path: Path) -> None:
    text = book("x: {whole: {low: 1, high: 3}}\nd: {date: {low: 2024-01-01, high: 2024-01-31}, format: '%d.%m.%Y'}")
    found = asked(tmp_path, text, t="x,d\n1,05.01.2024\n1.5,2024-01-05\nfew,31.02.2024\n")
    assert broken(found) == [("kind", "x", (3, 4)), ("kind", "d", (3, 4))]


def test_a_share_that_is_left_out_is_a_soft_rule(tmp_path: Path) -> None:
    rows = "".join(f"{'' if at % 2 else 1},1\n" for at in range(200))
    found = asked(tmp_path, book("x: {constant: 1, missing: 0.1}\ny: {constant: 1}"), t=f"x,y\n{rows}")
    assert [(each.demand.kind, each.broken, each.demand.allowed) for each in found if each.is_bad] == [
        ("missing", 100, 0.1)
    ]


def test_a_share_is_not_demanded_of_rows_that_are_drawn_again(tmp_path: Path) -> None:
    rows = "".join(f"{'' if at % 2 else 1},1\n" for at in range(200))
    text = book("x: {whole: {low: 0, high: 1}, missing: 0.1}\ny: {constant: 1}", rest="    expect: [x > 0]\n")
    assert broken(asked(tmp_path, text, t=f"x,y\n{rows}")) == []


def test_a_root_of_a_table_that_refers_to_itself_has_nobody_above(tmp_path: Path) -> None:
    text = book("k: {sequence: {}}\nboss: {reference: {table: t, key: k, as: above, roots: 1}}")
    assert broken(asked(tmp_path, text, t="k,boss\n1,\n2,1\n3,9\n")) == [("reference", "boss", (4,))]


def test_lines_are_those_of_the_file_where_cells_hold_line_ends(tmp_path: Path) -> None:
    found = asked(tmp_path, book("x: {choice: [a]}\ny: {pattern: '(b|c)?'}"), t='x,y\na,"b\nb"\nz,c\n')
    assert broken(found) == [("values", "x", (4,)), ("values", "y", (2,))]


@pytest.mark.parametrize("name", ["shop", "clinic"])
def test_what_a_shipped_book_makes_meets_it(tmp_path: Path, name: str) -> None:
    text = (Path(__file__).parents[3] / "rules" / f"{name}.yaml").read_text(encoding="utf-8")
    read = parse_rulebook(text, f"{name}.yaml")
    plan = plan_tables(read)
    filed = FiledTables(data=made(tmp_path, text, 200), ties={name: each.ties for name, each in plan.tables.items()})
    found = list(answers(demands_of(read, plan), filed))
    assert broken(found) == []
    assert len(found) > 60
    assert not [each for each in found if each.unjudged and not each.demand.unasked]


PROCESSES = """  path:
    belongs_to: {table: t}
    states:
      start: new
      moves: {new: {open: 1}, open: {open: 1, done: 1}}
      stay: {new: {constant: 1}, open: {constant: 2}}
      since: 2024-01-01
    columns:
      k: {reference: k}
      state: {row: state}
      since: {row: since}
      until: {row: until}
"""


def test_the_rows_of_a_process_are_in_order_do_not_overlap_and_keep_to_the_moves(tmp_path: Path) -> None:
    text = book("k: {sequence: {}}", rest=PROCESSES)
    rows = """k,state,since,until
1,new,2024-01-01,2024-01-02
1,open,2024-01-02,2024-01-04
1,done,2024-01-04,
2,open,2024-01-01,2024-01-03
2,done,2024-01-02,
2,,2024-01-05,
2,new,2024-01-06,2024-01-05
2,gone,2024-01-04,
2,done,2024-01-06,
"""
    found = broken(asked(tmp_path, text, t="k\n1\n2\n", path=rows))
    assert found == [
        ("missing", "state", (7,)),
        ("order", "since", (9,)),
        ("order", "since", (6, 8, 9)),
        ("order", "state", (5, 9)),
    ]


def test_the_rows_that_a_process_makes_keep_to_what_it_demands(tmp_path: Path) -> None:
    text = book("k: {sequence: {}}", rest=PROCESSES.replace("2024-01-01", "2024-01-01\n      until: 2024-06-30"))
    data = made(tmp_path, text)
    files = {table.name: table.frame.to_csv(index=False) for table in data}
    assert broken(asked(tmp_path, text, **files)) == []
