"""rules/webshop.yaml: each of its promises is kept in every row, as SQL of its own counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from promises import shipped, unkept

BOUGHT = """(SELECT l.*, p.price AS listed, p.department, p.tax_rate, on_offer_since, ordered_at
    FROM lines l JOIN products p USING (product_id) JOIN orders USING (order_id))"""
ADDED = """(SELECT o.*, cents, tax_cents FROM orders o LEFT JOIN
    (SELECT order_id, sum(round(amount * 100)) AS cents, sum(round(tax_included * 100)) AS tax_cents
    FROM lines GROUP BY 1) USING (order_id))"""
PAID = """(SELECT o.*, coalesce(n, 0) AS n, coalesce(cents, 0) AS cents, least_cents, most_cents, first_day
    FROM orders o LEFT JOIN (SELECT order_id, count(*) AS n, sum(round(amount * 100)) AS cents,
        min(round(amount * 100)) AS least_cents, max(round(amount * 100)) AS most_cents, min(due_on) AS first_day
        FROM payments GROUP BY 1) USING (order_id))"""
WAYS = """(SELECT o.*, n, first_state, last_state, began, ended FROM orders o LEFT JOIN
    (SELECT order_id, count(*) AS n, arg_min(state, step) AS first_state, arg_max(state, step) AS last_state,
        min(since) AS began, max_by(coalesce(until::VARCHAR, 'end'), step) AS ended
        FROM steps GROUP BY 1) USING (order_id))"""
STEPS = """(SELECT *, lag(until) OVER way AS until_before, lag(step) OVER way AS step_before,
    lag(state) OVER way || ' > ' || state AS move FROM steps WINDOW way AS (PARTITION BY order_id ORDER BY step))"""
MOVES = """('placed > paid', 'placed > cancelled', 'paid > packed', 'paid > cancelled', 'packed > sent',
    'sent > delivered', 'sent > lost', 'delivered > kept', 'delivered > sent back', 'sent back > refunded')"""
SPENT = """(SELECT c.*, coalesce(n, 0) AS n, coalesce(cents, 0) AS cents FROM customers c LEFT JOIN
    (SELECT customer_id, count(*) AS n, sum(round(revenue * 100)) AS cents FROM orders GROUP BY 1)
    USING (customer_id))"""
SOLD = """(SELECT p.*, coalesce(n, 0) AS n FROM products p LEFT JOIN
    (SELECT product_id, sum(quantity) AS n FROM lines GROUP BY 1) USING (product_id))"""

PROMISES = {
    "a customer's key and e-mail address are nobody else's": (
        "(SELECT count(*) AS n FROM customers GROUP BY customer_id UNION ALL"
        " SELECT count(*) FROM customers GROUP BY email)",
        "t.n > 1",
    ),
    "an order is told by its number and belongs to a customer who had joined": (
        "(SELECT order_id, ordered_at, joined_on, count(*) OVER (PARTITION BY order_id) AS n"
        " FROM orders LEFT JOIN customers USING (customer_id))",
        "t.n > 1 OR t.joined_on IS NULL OR t.ordered_at < t.joined_on OR year(t.ordered_at) <> 2025",
    ),
    "orders of a customer follow each other": (
        "(SELECT *, lag(ordered_at) OVER (PARTITION BY customer_id ORDER BY order_id) AS before FROM orders)",
        "t.before > t.ordered_at",
    ),
    "each order has a line": (ADDED, "t.cents IS NULL"),
    "no product stands in an order twice": (
        "(SELECT count(*) AS n FROM lines GROUP BY order_id, product_id)",
        "t.n > 1",
    ),
    "each line is of an order and a product": (
        "lines",
        "NOT EXISTS (FROM orders o WHERE o.order_id = t.order_id)"
        " OR NOT EXISTS (FROM products p WHERE p.product_id = t.product_id)",
    ),
    "a product was on offer, at the price on the list": (
        BOUGHT,
        "t.price <> t.listed OR t.ordered_at < t.on_offer_since",
    ),
    "a line is quantity by price without the discount": (
        BOUGHT,
        "abs(t.amount - t.quantity * t.price * (100 - t.discount) / 100) > 0.00501",
    ),
    "its tax is inside": (BOUGHT, "abs(t.tax_included - t.amount * t.tax_rate / (100 + t.tax_rate)) > 0.00501"),
    "electronics are sold one at a time": (
        "(FROM " + BOUGHT + " WHERE department = 'electronics')",
        "t.quantity <> 1",
    ),
    "an order's goods and tax are sums of its lines": (
        ADDED,
        "round(t.goods * 100) <> t.cents OR round(t.tax_included * 100) <> t.tax_cents",
    ),
    "a small order pays for shipping": (ADDED, "round(t.shipping * 100) <> if(t.cents < 5000, 395, 0)"),
    "an order's total is goods and shipping": (
        ADDED,
        "round(t.total * 100) <> round(t.goods * 100) + round(t.shipping * 100)",
    ),
    "payments add up to what is to pay": (PAID, "round(t.to_pay * 100) <> t.cents"),
    "they are one or three, or none if the order was cancelled at once": (
        PAID,
        "t.n <> CASE WHEN t.steps = 2 THEN 0 WHEN t.pays_by = 'instalments' THEN 3 ELSE 1 END",
    ),
    "three are alike to the penny": (PAID, "t.most_cents - t.least_cents > 1"),
    "the first is on the day of the order": (PAID, "t.first_day <> t.ordered_at::DATE"),
    "the others are thirty days apart, and numbered": (
        "(SELECT *, lag(number) OVER (PARTITION BY order_id ORDER BY due_on) AS number_before,"
        " lag(due_on) OVER (PARTITION BY order_id ORDER BY due_on) AS due_before FROM payments)",
        "t.number <> coalesce(t.number_before, 0) + 1 OR t.due_on <> t.due_before + 30",
    ),
    "what was not kept is refunded": (
        WAYS,
        "round(t.to_pay * 100) <> if(t.n = 2, 0, round(t.total * 100))"
        " OR round(t.refund * 100) <> if(t.last_state = 'kept', 0, round(t.to_pay * 100))"
        " OR round(t.revenue * 100) <> round(t.to_pay * 100) - round(t.refund * 100)",
    ),
    "an order became what its last step says": (
        WAYS,
        "t.became <> t.last_state OR t.steps <> t.n",
    ),
    "its way begins when it is placed and comes to an end": (
        WAYS,
        "t.first_state <> 'placed' OR t.began <> t.ordered_at OR t.ended <> 'end'",
    ),
    "each step begins where the one before ends": (
        STEPS,
        "t.step <> coalesce(t.step_before, 0) + 1 OR t.since <> t.until_before OR t.until < t.since",
    ),
    "no step is left out": (STEPS, f"t.move NOT IN {MOVES}"),
    "what a customer ordered and spent is added up": (SPENT, "t.orders <> t.n OR round(t.spent * 100) <> t.cents"),
    "what was sold of a product is added up": (SOLD, "t.sold <> t.n"),
}


@pytest.mark.parametrize(("customers", "steps"), [(120, 2_000), pytest.param(5_600, 100_000, marks=pytest.mark.slow)])
def test_each_promise_of_the_web_shop_is_kept_in_every_row(tmp_path: Path, customers: int, steps: int) -> None:
    data = shipped("webshop", customers)
    assert len(data["steps"]) >= steps
    assert unkept(tmp_path, data, PROMISES) == {}
