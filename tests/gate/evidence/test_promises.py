"""What counts as a claim, and what only looks like one."""

from __future__ import annotations

import pytest

from privsynth.gate.evidence.promises import CLAIMS, claims_in


@pytest.mark.parametrize("claim", [" ".join(claim) for claim in CLAIMS])
def test_each_claim_is_found_in_text_and_in_a_page_and_not_where_it_is_denied(claim: str) -> None:
    assert claim in claims_in(f"this is {claim}.", [])
    assert claim in claims_in(f"<html><b>{claim.upper()}</b></html>", [])
    assert claims_in(f"this is not {claim}.", []) == [] or claim.startswith(("no ", "pii ", "free ", "risk ", "zero "))


def test_a_claim_is_counted_as_often_as_it_is_made() -> None:
    assert claims_in("safe, and safe again; never safe", []) == ["safe", "safe"]


@pytest.mark.parametrize(
    "denied", ["not", "never", "nor", "not a", "not an", "not be", "never been", "not yet", "not as"]
)
def test_a_denial_right_before_it_takes_a_claim_back(denied: str) -> None:
    assert claims_in(f"it is {denied} safe", []) == []


@pytest.mark.parametrize("said", ["not only safe", "knot safe", "whether or not it was, safe", "not that. safe it is"])
def test_a_denial_of_something_else_does_not(said: str) -> None:
    assert claims_in(said, []) == ["safe"]


def test_longer_names_are_taken_out_before_the_names_inside_them() -> None:
    assert claims_in("the column anonymous safe", [("safe",), ("anonymous", "safe")]) == []
    assert claims_in("the column anonymous safe", [("safe",)]) == ["anonymous"]


def test_names_that_hold_no_claim_take_nothing_out() -> None:
    assert claims_in("column town is safe", [("town", "is"), ("column",)]) == ["safe"]
    assert claims_in("no town pii", [("town",)]) == []  # a name between the words of a claim does not join them


def test_markup_is_only_taken_out_of_pages() -> None:
    assert claims_in('{"note": "a < safe > b"}', []) == ["safe"]
    assert claims_in("<html><p class='safe'>x</p><!-- safe --></html>", []) == []
    assert claims_in("<HTML><style>.safe {}</style><script>safe</script></HTML>", []) == []
    assert claims_in(f"{' ' * 3_000}<html><p class='safe'>x</p></html>", []) == [
        "safe"
    ]  # what begins so is no page of ours
    assert claims_in('<html><img alt="safe" title=\'safe\'><i aria-label="safe"></i></html>', []) == ["safe"] * 3
