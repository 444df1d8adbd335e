"""The parts of the report: names, figures, charts, limits and the words of a decision."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.options import Limits
from privsynth.policy import Policy
from privsynth.report import charts
from privsynth.report.figures import count, figure, share, span
from privsynth.report.limits import limit_of, limit_sources
from privsynth.report.names import short, visible
from privsynth.verdict import Finding


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain name", "plain name"),
        ("Größe", "Größe"),
        ("a\u202eb", "a\u27e8U+202E\u27e9b"),
        ("a\x00b", "a\u27e8U+0000\u27e9b"),
        ("a\nb", "a\u27e8U+000A\u27e9b"),
        ("a\u200bb", "a\u27e8U+200B\u27e9b"),
        ("a\u00a0b", "a\u27e8U+00A0\u27e9b"),
        ("\ud800", "\u27e8U+D800\u27e9"),
        ("\u3164", "\u27e8U+3164\u27e9"),
        ("\U000e0041", "\u27e8U+E0041\u27e9"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_a_code(name: str, shown: str) -> None:
    assert visible(name) == shown


@given(st.text())
def test_a_shown_name_can_be_printed_and_shown_again(name: str) -> None:
    once = visible(name)
    once.encode("utf-8")
    assert visible(once) == once


def test_a_long_name_is_cut_and_says_its_length() -> None:
    assert short("x" * 200) == "x" * 79 + "\u2026 (200 characters)"
    assert short("x" * 80) == "x" * 80


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not computed"),
        (float("nan"), "not computed"),
        (float("inf"), "not computed"),
        (0, "0"),
        (-0.0, "0"),
        (6000, "6,000"),
        (0.5, "0.5"),
        (0.02, "0.02"),
        (0.012345, "0.0123"),
        (0.00001, "less than 0.0001"),
        (-0.00001, "between -0.0001 and 0"),
        (1234.56, "1,235"),
        (-0.25, "-0.25"),
    ],
)
def test_a_figure_is_short_and_honest(value: float | None, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not computed"),
        (0, "0%"),
        (0.0004, "less than 0.1%"),
        (0.0123, "1.2%"),
        (0.0996, "10%"),
        (0.5, "50%"),
        (1, "100%"),
    ],
)
def test_a_share_is_a_percentage(value: float | None, text: str) -> None:
    assert share(value) == text


def test_counts_and_intervals_are_said_in_words() -> None:
    assert (count(1, "row"), count(2000, "row"), count(2, "entity", "entities")) == (
        "1 row",
        "2,000 rows",
        "2 entities",
    )
    assert (span([0.1, None]), span(None)) == ("0.1 to not computed", "")


@pytest.mark.parametrize(
    ("measured", "limit", "good", "word"),
    [
        (0.1, 1.0, "low", "far inside the limit"),
        (0.5, 1.0, "low", "inside the limit"),
        (1.0, 1.0, "low", "near the limit"),
        (1.1, 1.0, "low", "beyond the limit"),
        (0.0, 0.0, "low", "far inside the limit"),
        (0.1, 0.0, "low", "beyond the limit"),
        (100, 5, "high", "far inside the limit"),
        (5, 5, "high", "near the limit"),
        (4, 5, "high", "beyond the limit"),
        (0, 5, "high", "beyond the limit"),
        (0, 0, "high", "far inside the limit"),
        (None, 5, "high", ""),
    ],
)
def test_a_band_says_how_much_of_a_limit_is_used(measured: float | None, limit: float, good: str, word: str) -> None:
    assert Finding("x", measured, what="x", limit=limit, good=good).band == word


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own chart


def test_bars_are_as_long_as_their_shares() -> None:
    chart = drawn(charts.paired_bars(1, "Column a", [("x", 0.5, 0.25), ("y", 0.0, 0.1)]))
    real = [float(node.get("width", "")) for node in chart.iter("rect") if node.get("class") == "real"]
    made = [float(node.get("width", "")) + 1.5 for node in chart.iter("rect") if node.get("class") == "made"]
    assert real[1] == 0
    assert made[0] == pytest.approx(real[0] / 2, abs=0.11)
    assert made[1] == pytest.approx(real[0] / 5, abs=0.11)


def test_a_chart_says_in_words_what_it_shows() -> None:
    chart = drawn(charts.paired_bars(1, "Column a", [("x", 0.5, 0.2)]))
    assert [chart[0].text, chart[1].text] == [
        "Column a",
        "Share of rows in 1 groups, real above synthetic. The largest gap is 30%.",
    ]


def test_a_measurement_within_its_limit_is_a_disc_and_one_beyond_it_a_cross() -> None:
    marks = [
        {node.get("class") for node in drawn(charts.strip(1, "t", measured, 0.5, good="low")).iter()}
        for measured in (0.4, 0.6)
    ]
    assert "dot" in marks[0]
    assert "cross" not in marks[0]
    assert "cross" in marks[1]
    assert "dot" not in marks[1]


@pytest.mark.parametrize("good", ["low", "high"])
@given(
    measured=st.floats(-1e9, 1e9),
    limit=st.floats(0, 1e9),
    baseline=st.none() | st.floats(-1e9, 1e9),
    interval=st.none() | st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)),
)
def test_whatever_was_measured_is_drawn_inside_its_frame(
    good: str, measured: float, limit: float, baseline: float | None, interval: tuple[float, float] | None
) -> None:
    svg = charts.strip(1, "t", measured, limit, good=good, baseline=baseline, interval=interval)
    drawn(svg)
    assert "nan" not in svg
    assert "inf" not in svg
    places = [float(x) for x in re.findall(r'(?:cx|x1|x2)="(-?[\d.]+)"', svg)]
    assert all(0 <= place <= charts.STRIP for place in places)


def test_a_heat_map_holds_each_difference_twice_with_its_sign() -> None:
    svg = charts.heat_map(1, "ties", ["a", "b", "c"], [(0, 1, -0.2), (0, 2, 0.03), (1, 2, None)])
    texts = [node.text for node in drawn(svg).iter("text")]
    assert texts.count("\u221220") == 2
    assert texts.count("+3") == 2
    assert texts.count("\u00b7") == 2


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_a_chart(title: str, label: str) -> None:
    drawn(charts.paired_bars(1, title, [(label, 0.1, 0.2)]))
    drawn(charts.heat_map(1, title, [label, "b"], [(0, 1, 0.1)]))


def test_every_limit_of_a_profile_has_a_source() -> None:
    assert set(limit_sources("internal")) == set(Limits.model_fields) | {"version"} & set(limit_sources("internal"))


def finding(limit: float | None, limit_name: str = "") -> Finding:
    return Finding("x", 0.0, what="x", limit=limit, limit_name=limit_name)


def test_a_limit_bears_the_name_that_the_finding_gives_it() -> None:
    policy = Policy()
    assert limit_of(finding(policy.limits.copy_max, "copy_max"), policy)[0] == "copy_max"
    assert limit_of(finding(0.123), policy) == (None, "set by the gate, see the note")
    assert limit_of(finding(0), policy) == (None, "rule of the gate: none is allowed")
    assert limit_of(finding(None, "copy_max"), policy) == (None, "")


def test_a_tightened_limit_says_so() -> None:
    name, source = limit_of(finding(20, "k"), Policy(limits={"k": 20}))
    assert name == "k"
    assert source.startswith("tightened by the policy")
