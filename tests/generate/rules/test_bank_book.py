"""rules/bank.yaml: each of its promises is kept in every row, as SQL of its own counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from promises import shipped, unkept
from rulebooks import answer

HELD = """(SELECT a.*, h.customers_since, h.adults, coalesce(n, 0) AS n, coalesce(people, 0) AS people
    FROM accounts a JOIN households h USING (household_id) LEFT JOIN
    (SELECT account_id, count(*) AS n, count(DISTINCT customer_id) AS people FROM owners GROUP BY 1)
    USING (account_id))"""
OWNED = """(SELECT o.*, a.household_id AS here, c.household_id AS there
    FROM owners o LEFT JOIN accounts a USING (account_id) LEFT JOIN customers c USING (customer_id))"""
# What stood on the account, in cents, after each booking that was not refused.
BOOKED = """(SELECT x.*, a.opened_on, a.closed_on, a.overdraft, a.kind AS of_account,
    round(a.first_deposit * 100) AS first_cents, round(x.amount * 100) AS cents,
    round(a.first_deposit * 100) + sum(CASE WHEN outcome = 'refused' THEN 0 WHEN direction = 'credit'
        THEN round(x.amount * 100) ELSE -round(x.amount * 100) END)
        OVER (PARTITION BY account_id ORDER BY transaction_id) AS expected,
    lag(booked_at) OVER (PARTITION BY account_id ORDER BY transaction_id) AS before
    FROM transactions x LEFT JOIN accounts a USING (account_id))"""
LAST = """(SELECT a.*, round(a.first_deposit * 100) + coalesce(cents, 0) AS cents, coalesce(cents, 0) AS booked_cents
    FROM accounts a LEFT JOIN (SELECT account_id, sum(round(booked * 100)) AS cents FROM transactions GROUP BY 1)
    USING (account_id))"""
PAID = """(SELECT x.*, c.account_id AS of_card, c.valid_from, c.valid_until
    FROM transactions x LEFT JOIN cards c USING (card_id))"""
CARRIED = """(SELECT c.*, o.account_id AS of_owner, a.opened_on, a.kind
    FROM cards c LEFT JOIN owners o USING (owner_id) LEFT JOIN accounts a ON a.account_id = c.account_id)"""
CARDED = """(SELECT a.kind, o.*, coalesce(n, 0) AS n FROM owners o JOIN accounts a USING (account_id) LEFT JOIN
    (SELECT owner_id, count(*) AS n FROM cards GROUP BY 1) USING (owner_id))"""
PATH = """(SELECT s.*, a.opened_on, coalesce(lag(state) OVER path, '') || '>' || state AS move,
    lag(until) OVER path AS left_before, lead(step) OVER path AS next_step
    FROM account_states s LEFT JOIN accounts a USING (account_id)
    WINDOW path AS (PARTITION BY account_id ORDER BY step))"""

PROMISES = {
    "each key is there once": (
        """(SELECT count(*) AS n FROM (SELECT household_id::VARCHAR AS key FROM households
            UNION ALL SELECT customer_id FROM customers UNION ALL SELECT account_id::VARCHAR FROM accounts
            UNION ALL SELECT iban FROM accounts UNION ALL SELECT owner_id FROM owners
            UNION ALL SELECT card_id FROM cards UNION ALL SELECT transaction_id::VARCHAR FROM transactions)
            GROUP BY key)""",
        "t.n <> 1",
    ),
    "a household has as many customers as adults": (
        """(SELECT adults, (SELECT count(*) FROM customers c WHERE c.household_id = h.household_id) AS n
            FROM households h)""",
        "t.n <> t.adults",
    ),
    "customers are of age when the bank takes them": (
        "(FROM customers LEFT JOIN households USING (household_id))",
        "(t.birth_date + INTERVAL 18 YEAR <= t.customers_since) IS NOT TRUE",
    ),
    "an account has one owner, or two different ones if it is joint": (
        HELD,
        "t.n <> CASE WHEN t.joint = 'yes' THEN 2 ELSE 1 END OR t.people <> t.n",
    ),
    "one person owns nothing jointly": (HELD, "t.joint = 'yes' AND t.adults <> 2"),
    "owners live in the household of the account": (OWNED, "(t.here = t.there) IS NOT TRUE"),
    "an account is opened on a weekday, once the household has come": (
        HELD,
        "t.opened_on < t.customers_since OR isodow(t.opened_on) > 5",
    ),
    "savings have no overdraft": ("accounts", "t.overdraft < 0 OR (t.kind = 'savings' AND t.overdraft > 0)"),
    "bookings stand in the order of their time": (BOOKED, "t.before > t.booked_at"),
    "a balance is the first deposit and what was booked so far, to the cent": (
        BOOKED,
        "(round(t.balance * 100) = t.expected) IS NOT TRUE",
    ),
    "a balance is what it was before and what is booked": (
        BOOKED,
        "(round(t.balance * 100) = round(t.balance_before * 100) + round(t.booked * 100)) IS NOT TRUE",
    ),
    "no balance is below the overdraft": (BOOKED, "(t.balance >= -t.overdraft) IS NOT TRUE"),
    "only what would overdraw the account is refused": (
        BOOKED,
        "t.outcome = 'refused' AND (t.direction <> 'debit' OR t.expected - t.cents >= -t.overdraft * 100)",
    ),
    "what is refused moves nothing": (
        "(FROM transactions WHERE outcome = 'refused')",
        "t.booked <> 0 OR t.balance <> t.balance_before",
    ),
    "amounts are above 0": ("transactions", "(t.amount > 0) IS NOT TRUE"),
    "money comes in as salary or transfer alone": (
        "transactions",
        "(t.direction = 'credit') <> (t.kind IN ('salary', 'transfer in'))",
    ),
    "savings see transfers alone": (
        BOOKED,
        "t.of_account = 'savings' AND t.kind NOT IN ('transfer in', 'transfer out')",
    ),
    "nothing is booked before an account is opened or once it is closed": (
        BOOKED,
        "(t.booked_at >= t.opened_on + INTERVAL 14 DAY) IS NOT TRUE"
        " OR t.booked_at > coalesce(t.closed_on, DATE '2026-07-01')",
    ),
    "an account's last balance is all that was booked, to the cent": (
        LAST,
        "round(t.booked * 100) <> t.booked_cents OR (round(t.last_balance * 100) = t.cents) IS NOT TRUE",
    ),
    "what is paid out is the last balance of a closed account": (
        LAST,
        "t.paid_out IS DISTINCT FROM CASE WHEN t.closed_on IS NOT NULL THEN t.last_balance END",
    ),
    "card payments, and nothing else, have a card, of this account and valid": (
        PAID,
        "(t.kind = 'card payment') <> (t.card_id IS NOT NULL) OR (t.kind = 'card payment' AND"
        " (t.account_id = t.of_card AND t.booked_at::DATE BETWEEN t.valid_from AND t.valid_until) IS NOT TRUE)",
    ),
    "a card is carried by an owner of its account": (
        CARRIED,
        "(t.account_id = t.of_owner AND t.kind = 'current' AND t.valid_from > t.opened_on) IS NOT TRUE",
    ),
    "each owner of a current account has one card, of savings none": (
        CARDED,
        "t.n <> CASE t.kind WHEN 'current' THEN 1 ELSE 0 END",
    ),
    "a path begins with the opening and leads on without a gap": (
        PATH,
        "CASE t.step WHEN 1 THEN (t.state = 'opened' AND t.since = t.opened_on) IS NOT TRUE"
        " ELSE (t.since = t.left_before) IS NOT TRUE END",
    ),
    "a state follows one that leads to it": (
        PATH,
        "t.move NOT IN ('>opened', 'opened>active', 'active>frozen', 'active>dormant', 'active>closed',"
        " 'frozen>active', 'frozen>closed', 'dormant>active', 'dormant>closed')",
    ),
    "only the last state of a path still lasts": (PATH, "(t.until IS NULL) <> (t.next_step IS NULL)"),
    "an account closes on the day that its path says": (
        """(SELECT a.closed_on, (SELECT max(since) FROM account_states s
            WHERE s.account_id = a.account_id AND s.state = 'closed') AS path FROM accounts a)""",
        "t.closed_on IS DISTINCT FROM t.path",
    ),
}


@pytest.mark.parametrize(
    ("households", "transactions"), [(20, 2_000), pytest.param(1_000, 100_000, marks=pytest.mark.slow)]
)
def test_each_promise_of_the_bank_is_kept_in_every_row(tmp_path: Path, households: int, transactions: int) -> None:
    data = shipped("bank", households)
    assert len(data["transactions"]) >= transactions
    assert unkept(tmp_path, data, PROMISES) == {}


def test_some_bookings_are_refused_and_some_accounts_are_joint_or_closed(tmp_path: Path) -> None:
    sql = """SELECT (SELECT avg((outcome = 'refused')::INT) FROM transactions), avg((joint = 'yes')::INT),
        avg((closed_on IS NOT NULL)::INT) FROM accounts"""
    [(refused, joint, closed)] = answer(tmp_path, shipped("bank", 100), sql)
    assert 0.005 < refused < 0.15
    assert 0.1 < joint < 0.4
    assert 0.05 < closed < 0.5
