"""Pages as a browser, a screen reader and an attacker would take them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import numpy as np
import pandas as pd
import pytest

from privsynth import report
from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.measure.words import passages
from privsynth.recipe import Recipe
from privsynth.release import Reports
from privsynth.report import render_fidelity
from privsynth.report.fidelity import measure

from .conftest import Run, people

PAGES = ("compliance.html", "fidelity.html")
CSP = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "'; --",
    "a\u202eevil\u202c",
    "zero\u200bwidth",
    "null\x00byte",
    "tab\tline\nbreak",
    "{{ 7 * 7 }}{% raw %}",
    "</style></svg><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "\u2028separator",
    "\ud800lone",
    "http://example.org/x",
    "\u0645\u0631\u062d\u0628\u0627",
    "x" * 5000,
    " ",
    "=cmd()",
)


@pytest.fixture(params=[(which, page) for which in ("reports", "refusal_reports") for page in PAGES], ids="-".join)
def page(request: pytest.FixtureRequest) -> bytes:
    which, name = request.param
    found: Reports = request.getfixturevalue(which)
    return found.files[name]


def parse(page: bytes) -> Element:
    """The tree of a page; any error of the parser fails the test."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=True)
    tree: Element = parser.parse(page.decode())
    return tree


def all_of(tree: Element, *tags: str) -> list[Element]:
    return [node for node in tree.iter() if isinstance(node.tag, str) and node.tag.rpartition("}")[2] in tags]


def check(page: bytes) -> None:
    """The static rules that hold for every page."""
    tree = parse(page)
    assert CSP in page.decode()
    assert tree.get("lang") == "en"
    assert [len(all_of(tree, tag)) for tag in ("h1", "main", "header", "footer", "title")][:4] == [1, 1, 1, 1]
    assert all_of(tree, "script", "link", "img", "iframe", "object", "embed", "form", "base", "foreignObject") == []
    assert not [
        name
        for node in tree.iter()
        for name in node.attrib
        if name.startswith("on") or name in ("src", "srcset", "xlink:href", "action")
    ]
    assert all(node.get("href", "").startswith("#") for node in all_of(tree, "a"))
    ids = Counter(node.get("id") for node in tree.iter() if node.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    assert all(node.get("href", "")[1:] in ids for node in all_of(tree, "a"))
    assert all(name in ids for node in tree.iter() for name in (node.get("aria-labelledby") or "").split())
    assert all(node.get("scope") in ("col", "row") for node in all_of(tree, "th"))
    assert all(all_of(table, "caption") and all_of(table, "thead") for table in all_of(tree, "table"))
    charts = all_of(tree, "svg")
    assert len(charts) <= 30
    assert all(chart.get("role") == "img" and len(chart.get("aria-labelledby", "").split()) == 2 for chart in charts)
    assert all([child.tag.rpartition("}")[2] for child in chart][:2] == ["title", "desc"] for chart in charts)


def test_keeps_the_rules_of_a_page(page: bytes) -> None:
    check(page)


def test_headings_leave_out_no_level(page: bytes) -> None:
    levels = [int(node.tag[1]) for node in all_of(parse(page), "h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_names_nothing_outside_the_file(page: bytes) -> None:
    text = page.decode()
    assert not re.search(r"https?:|//[a-z]|url\(|@import|@font-face|data:[a-z]", text.replace("img-src data:", ""))


def test_what_scrolls_sideways_can_be_reached_by_keyboard_and_has_a_name(page: bytes) -> None:
    regions = [node for node in parse(page).iter() if node.get("class") == "scroll"]
    assert regions
    assert all(
        node.get("tabindex") == "0"
        and node.get("role") == "region"
        and (node.get("aria-label") or node.get("aria-labelledby"))
        for node in regions
    )


def test_every_drawn_column_has_its_table(reports: Reports) -> None:
    figures = [
        node for node in all_of(parse(reports.files["fidelity.html"]), "figure") if node.get("class") != "heatbox"
    ]
    assert figures
    assert all(all_of(figure, "details") and all_of(figure, "table") for figure in figures)


@pytest.mark.filterwarnings("ignore:.*")
def test_hostile_column_names_are_shown_as_text_and_do_nothing(build: Callable[..., Run]) -> None:
    for start in range(0, len(HOSTILE), 4):
        names = (*HOSTILE, *HOSTILE)[start : start + 4]
        reports = build(people(60, 1, names), people(60, 2, names)).reports()
        for name in PAGES:
            check(reports.files[name])
            text = reports.files[name].decode("utf-8")
            assert "<script" not in text
            assert "<img" not in text
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\u2028\x00]", text)
            assert "7 * 7" in text or "{{ 7 * 7 }}{% raw %}" not in names
        attributes = [
            value for name in PAGES for node in parse(reports.files[name]).iter() for value in node.attrib.values()
        ]
        assert not [
            value
            for value in attributes
            for hostile in names
            if len(hostile) > 4 and hostile in value and hostile != "x" * 5000
        ]
        assert reports.files["report.json"].isascii()


def test_direction_changing_characters_are_shown_as_codes(build: Callable[..., Run]) -> None:
    names = ("id", "a\u202eevil", "b", "c")
    assert (
        "a\u27e8U+202E\u27e9evil"
        in build(people(60, 1, names), people(60, 2, names)).reports().files["compliance.html"].decode()
    )


def test_hostile_notes_and_findings_are_escaped(run: Run) -> None:
    facts = replace(
        run.facts,
        notes=("<b>bold</b>", "x" * 3000),
        recipe=Recipe(backend="<i>own</i>", details={"parameters": {"<u>": "</dd><script>"}}),
    )
    changed = run.but(facts=facts)
    reports = changed.but(
        verdicts=(*changed.verdicts[:-1], replace(changed.verdicts[-1], error="<b>Error</b>"))
    ).reports()
    for name in PAGES:
        check(reports.files[name])
        assert not re.search("<[bi]>|<script|<u>", reports.files[name].decode())


def test_a_count_stands_apart_from_the_question_before_it(run: Run) -> None:
    """Else "out 1", of a question that ends so, would be a value of somebody's column "Out 1"."""
    read = passages("fidelity.html", run.reports().files["fidelity.html"].decode())
    counted = [passage for passage in read if "looked at" in passage]
    assert counted
    assert not [passage for passage in counted if "?" in passage]


def wide(columns: int, rows: int, seed: int) -> Table:
    rng = np.random.default_rng(seed)
    names = [f"measurement of the {number:03d}th instrument in the hall" for number in range(columns)]
    frame = pd.DataFrame({name: rng.choice(["red", "green", "blue", "white"], rows).astype(object) for name in names})
    return Table(
        "wide", tuple(Column(name, Kind.CATEGORY, reason="nothing speaks for more than that") for name in names), frame
    )


@pytest.mark.slow
def test_five_hundred_columns_stay_below_two_megabytes(build: Callable[..., Run]) -> None:
    made = build(wide(500, 120, 1), wide(500, 60, 2))
    names = tuple(column.name for column in made.draft.dataset.root.columns)
    full = made.but(
        verdicts=tuple(
            replace(v, findings=tuple(replace(f, where=names, note=", ".join(names)) for f in v.findings))
            for v in made.verdicts[:6]
        )
    )
    full = full.but(verdicts=(*full.verdicts, *made.verdicts[6:]))
    reports = full.reports()
    for name in PAGES:
        check(reports.files[name])
    assert max(len(reports.files[name]) for name in (*PAGES, "report.json", "manifest.json")) <= 2 * 2**20


def test_many_findings_are_cut_with_a_word_and_failed_ones_come_first(run: Run) -> None:
    from privsynth.verdict import Finding

    found = [Finding(f"share_{number}", 0.1, what=f"share {number}", limit=0.5) for number in range(200)] + [
        Finding("the_bad_one", 0.9, what="the bad one", limit=0.5)
    ]
    page = run.with_verdict("pii", *found).reports().files["compliance.html"]
    check(page)
    text = page.decode()
    assert "141 more measurements of this gate are in report.json" in text
    assert text.index("the bad one") < text.index("share 0")


def test_the_fidelity_report_stands_alone_for_anybodys_table(run: Run) -> None:
    page = render_fidelity(measure(run.draft, run.source, run.policy), notes=("read as utf-8",))
    check(page)
    text = page.decode()
    assert "Released" not in text
    assert "No gate judged the data here" in text


def test_the_score_stands_beside_that_of_a_fresh_real_sample(reports: Reports) -> None:
    text = reports.files["fidelity.html"].decode()
    assert text.index('<span class="label">fidelity</span>') < text.index(
        '<span class="label">a fresh real sample</span>'
    )


def test_nothing_to_compare_is_said_and_not_scored(run: Run) -> None:
    table = run.draft.dataset.root
    only_invented = run.but(
        draft=replace(
            run.draft, dataset=Dataset((table.with_columns(*(replace(c, fabricated=True) for c in table.columns)),))
        )
    )
    page = only_invented.reports().files["fidelity.html"]
    check(page)
    assert "fidelity was not computed" in page.decode()


# --- colours -------------------------------------------------------------------------------------------------------

STYLE = (Path(report.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
PALETTES = [dict(re.findall(r"--([\w]+):(#[0-9a-f]{3,6})", block)) for block in re.findall(r":root\{(.*?)\}", STYLE)]
TEXT_ON = [
    ("ink", "ground"),
    ("soft", "ground"),
    ("ink", "panel"),
    ("soft", "panel"),
    ("link", "ground"),
    ("link", "panel"),
    ("ok", "okbg"),
    ("ok", "ground"),
    ("ink", "okbg"),
]
TEXT_ON += [
    ("soft", "okbg"),
    ("no", "nobg"),
    ("no", "ground"),
    ("ink", "nobg"),
    ("soft", "nobg"),
    ("wait", "ground"),
    ("ink", "h0"),
    ("ink", "h1"),
    ("ink", "h2"),
    ("t3", "h3"),
    ("t4", "h4"),
]
DRAWN_ON = [("real", "ground"), ("madeline", "ground"), ("rule", "ground"), ("no", "nobg"), ("real", "nobg")]


def brightness(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_contrast_of_the_book() -> None:
    assert contrast("#000000", "#fff") == pytest.approx(21)


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
def test_text_and_drawings_have_enough_contrast_by_day_and_by_night(palette: dict[str, str]) -> None:
    assert [
        (pair, round(contrast(palette[pair[0]], palette[pair[1]]), 2))
        for pair in TEXT_ON
        if contrast(palette[pair[0]], palette[pair[1]]) < 4.5
    ] == []
    assert [
        (pair, round(contrast(palette[pair[0]], palette[pair[1]]), 2))
        for pair in DRAWN_ON
        if contrast(palette[pair[0]], palette[pair[1]]) < 3
    ] == []


def test_the_style_knows_paper_small_screens_and_forced_colours() -> None:
    assert all(
        rule in STYLE
        for rule in (
            "@media print",
            "max-width:46rem",
            "forced-colors:active",
            "prefers-color-scheme:dark",
            ":focus-visible",
        )
    )


def test_the_first_lines_of_a_refusal_are_as_they_were(refusal_reports: Reports, snapshot: Any) -> None:
    text = refusal_reports.files["compliance.html"].decode()
    assert text[text.index("<header") : text.index('<section aria-labelledby="scope">')] == snapshot
