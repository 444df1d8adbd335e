"""rules/insurance.yaml: each of its promises is kept in every row, as SQL of its own counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from promises import shipped, unkept
from rulebooks import answer

# Sums are taken in cents.
AGENCIES = """(SELECT g.*, n, round(g.premium * 100) AS premium_cents, round(g.paid * 100) AS paid_cents, earned, spent
    FROM agencies g JOIN (SELECT agency_id, count(*) AS n, sum(round(premium * 100)) AS earned,
    sum(round(paid * 100)) AS spent FROM policies GROUP BY 1) USING (agency_id))"""
POLICIES = """(SELECT p.*, coalesce(n, 0) AS n, coalesce(cents, 0) AS cents FROM policies p LEFT JOIN
    (SELECT policy_no, count(*) AS n, sum(round(paid * 100)) AS cents FROM claims GROUP BY 1) USING (policy_no))"""
NAMED = """(SELECT r.*, v.agency_id AS here, v.product, p.agency_id AS there
    FROM roles r LEFT JOIN policies v USING (policy_no) LEFT JOIN parties p USING (party_id))"""
CLAIMS = """(SELECT c.*, v.starts_on, v.ends_on, v.sum_insured, v.deductible, r.policy_no AS of_claimant,
    s.settled_then, s.closed_then, coalesce(s.declined, 0) AS declined, coalesce(s.accepted, 0) AS accepted,
    coalesce(x.n, 0) AS n, coalesce(x.cents, 0) AS cents, x.least, x.first_paid, x.last_paid
    FROM claims c LEFT JOIN policies v USING (policy_no) LEFT JOIN roles r USING (role_id) LEFT JOIN
    (SELECT claim_no, max(since) FILTER (WHERE state = 'settled') AS settled_then,
        max(since) FILTER (WHERE state = 'closed') AS closed_then,
        count(*) FILTER (WHERE state = 'declined') AS declined, count(*) FILTER (WHERE state = 'accepted') AS accepted
        FROM claim_states GROUP BY 1) s USING (claim_no) LEFT JOIN
    (SELECT claim_no, count(*) AS n, sum(round(amount * 100)) AS cents, min(amount) AS least,
        min(paid_on) AS first_paid, max(paid_on) AS last_paid FROM payments GROUP BY 1) x USING (claim_no))"""
PATH = """(SELECT s.*, c.reported_on, coalesce(lag(state) OVER path, '') || '>' || state AS move,
    lag(until) OVER path AS left_before, lead(step) OVER path AS next_step
    FROM claim_states s LEFT JOIN claims c USING (claim_no)
    WINDOW path AS (PARTITION BY claim_no ORDER BY step))"""
PAID = """(SELECT x.*, c.claim_no AS of_claim,
    lag(paid_on) OVER (PARTITION BY x.claim_no ORDER BY payment_id) AS one_before
    FROM payments x LEFT JOIN claims c ON c.claim_no = x.claim_no)"""

PROMISES = {
    "each key is there once": (
        """(SELECT count(*) AS n FROM (SELECT agency_id AS key FROM agencies UNION ALL SELECT party_id FROM parties
            UNION ALL SELECT policy_no FROM policies UNION ALL SELECT role_id FROM roles
            UNION ALL SELECT claim_no FROM claims UNION ALL SELECT payment_id::VARCHAR FROM payments) GROUP BY key)""",
        "t.n <> 1",
    ),
    "people are of age when the first policies begin, and companies have a name and no birthday": (
        "parties",
        "(CASE t.kind WHEN 'person' THEN t.birth_date + INTERVAL 18 YEAR <= DATE '2025-01-01' AND t.company IS NULL"
        " ELSE t.birth_date IS NULL AND t.company IS NOT NULL END) IS NOT TRUE",
    ),
    "a policy has one policyholder": (
        """(SELECT (SELECT count(*) FROM roles r WHERE r.policy_no = v.policy_no AND role = 'policyholder') AS n
            FROM policies v)""",
        "t.n <> 1",
    ),
    "nobody has two roles in a policy": ("(SELECT count(*) AS n FROM roles GROUP BY policy_no, party_id)", "t.n > 1"),
    "who is named in a policy is a party of its agency": (NAMED, "(t.here = t.there) IS NOT TRUE"),
    "drivers are named for motor alone, mortgagees for homes": (
        NAMED,
        "(t.role = 'driver' AND t.product <> 'motor') OR (t.role = 'mortgagee' AND t.product <> 'home')",
    ),
    "cover lasts a year": ("policies", "(t.ends_on + INTERVAL 1 DAY = t.starts_on + INTERVAL 1 YEAR) IS NOT TRUE"),
    "the premium is the tariff's, and tax comes on top": (
        "policies",
        "abs(t.premium - t.sum_insured * t.tariff / 1000) > 0.00501 OR abs(t.tax - t.premium * 0.12) > 0.00501"
        " OR round(t.to_pay * 100) <> round(t.premium * 100) + round(t.tax * 100)",
    ),
    "a loss occurs while the policy is in force, and is reported so many days later": (
        CLAIMS,
        "(t.occurred_at::DATE BETWEEN t.starts_on AND t.ends_on) IS NOT TRUE"
        " OR date_diff('day', t.occurred_at::DATE, t.reported_on) <> t.delay OR t.delay < 1",
    ),
    "somebody who is named in the policy reports it": (CLAIMS, "(t.policy_no = t.of_claimant) IS NOT TRUE"),
    "what is claimed is above the deductible and within the sum insured": (
        CLAIMS,
        "(t.claimed > t.deductible AND t.claimed <= t.sum_insured) IS NOT TRUE",
    ),
    "the days of a claim are those of its path": (
        CLAIMS,
        "t.settled_on IS DISTINCT FROM t.settled_then OR t.closed_on IS DISTINCT FROM t.closed_then",
    ),
    "only what was accepted is settled": (CLAIMS, "t.settled IS NOT NULL AND t.accepted <> 1"),
    "what is settled is the accepted share of what is above the deductible": (
        CLAIMS,
        "(t.settled IS NULL) <> (t.settled_on IS NULL) OR t.settled <= 0"
        " OR t.settled > t.claimed - t.deductible + 0.001"
        " OR abs(t.settled - (t.claimed - t.deductible) * t.accepted_share) > 0.00501",
    ),
    "payments come to what is settled, to the cent, and none is below 1": (
        CLAIMS,
        "round(coalesce(t.settled, 0) * 100) <> t.cents OR round(t.paid * 100) <> t.cents OR t.least < 1"
        " OR (t.settled IS NULL) <> (t.n = 0)",
    ),
    "payments are made from the settlement on, before the claim is closed": (
        CLAIMS,
        "t.first_paid < t.settled_on OR t.last_paid > t.closed_on OR t.last_paid > t.settled_on + INTERVAL 80 DAY",
    ),
    "they stand in order, on weekdays, and belong to a claim": (
        PAID,
        "t.of_claim IS NULL OR t.one_before > t.paid_on OR isodow(t.paid_on) > 5",
    ),
    "a policy knows its claims and what they cost": (POLICIES, "t.claims <> t.n OR round(t.paid * 100) <> t.cents"),
    "an agency knows its policies, what they bring and what they cost": (
        AGENCIES,
        "t.policies <> t.n OR t.premium_cents <> t.earned OR t.paid_cents <> t.spent"
        " OR abs(t.loss_ratio - t.spent / t.earned) > 0.000501",
    ),
    "each claim has a path": (
        "(FROM claims)",
        "NOT EXISTS (FROM claim_states s WHERE s.claim_no = t.claim_no AND s.step = 1)",
    ),
    "a path begins with the report and leads on without a gap": (
        PATH,
        "CASE t.step WHEN 1 THEN (t.since = t.reported_on) IS NOT TRUE ELSE (t.since = t.left_before) IS NOT TRUE END",
    ),
    "a state follows one that leads to it": (
        PATH,
        "t.move NOT IN ('>reported', 'reported>examined', 'examined>accepted', 'examined>with an expert',"
        " 'examined>declined', 'with an expert>accepted', 'with an expert>declined', 'accepted>settled',"
        " 'declined>closed', 'declined>disputed', 'disputed>accepted', 'disputed>closed', 'settled>closed')",
    ),
    "only the last state of a path still lasts": (
        PATH,
        "t.next_step IS NOT NULL AND t.until IS NULL OR t.state = 'closed' AND t.next_step IS NOT NULL",
    ),
}


@pytest.mark.parametrize(("agencies", "states"), [(40, 2_000), pytest.param(1_700, 100_000, marks=pytest.mark.slow)])
def test_each_promise_of_the_insurer_is_kept_in_every_row(tmp_path: Path, agencies: int, states: int) -> None:
    data = shipped("insurance", agencies)
    assert len(data["claim_states"]) >= states
    assert unkept(tmp_path, data, PROMISES) == {}


def test_some_claims_are_declined_some_disputed_and_some_still_open(tmp_path: Path) -> None:
    sql = """SELECT count(*) FILTER (WHERE state = 'declined'), count(*) FILTER (WHERE state = 'disputed'),
        count(DISTINCT claim_no) - count(*) FILTER (WHERE state = 'closed') FROM claim_states"""
    [(declined, disputed, still_open)] = answer(tmp_path, shipped("insurance", 40), sql)
    assert 20 < disputed * 4 < declined * 4
    assert still_open > 5
