"""All kinds of relations in one rulebook, of 20,000 orders: made, gated and emitted, then asked of the files alone.

    python bench/rules_relations.py

The book is invented here. Each line that is printed is one promise of the book: in how many rows it could be broken,
and in how many it is, as SQL of its own counts them in the CSV files.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from rich.console import Console

BOOK = """version: 1
name: group
about: A trading group with all kinds of relations, of 20,000 orders.
tables:

  branches:
    rows: 40
    unique: [country, number]
    columns:
      country: {choice: [AT, CH, DE]}
      number: {whole: {low: 1, high: 60}}
      city: {choice: [Bern, Bonn, Graz, Wien]}

  employees:
    rows: 600
    columns:
      employee_id: {sequence: {prefix: E, width: 4}}
      manager_id: {reference: {table: employees, key: employee_id, as: manager, roots: 2, depth: 6, span: 9}}
      country: {reference: {table: branches, key: country, as: branch}}
      branch: {reference: {table: branches, key: number, as: branch}}
      city: {sql: branch.city}
      salary:
        when: manager.salary IS NULL
        then: {uniform: {low: 150000, high: 200000}}
        else: {uniform: {low: manager.salary * 0.6, high: manager.salary * 0.95}}

  products:
    rows: 300
    columns:
      product_id: {sequence: {prefix: P, width: 4}}
      city: {choice: [Bern, Bonn, Graz, Wien]}
      popularity: {exponential: {mean: 2}, decimals: 4}
      price: {lognormal: {median: 20, sigma: 0.8, low: 1, high: 400}}
      sold: {total: {of: lines.quantity, through: product}}

  orders:
    rows: 20000
    columns:
      order_id: {sequence: {start: 100001}}
      city: {choice: [Bern, Bonn, Graz, Wien]}
      seller: {reference: {table: employees, key: employee_id, as: seller, where: seller.city = city, missing: 0.1}}
      controller: {reference: {table: employees, key: employee_id, as: controller}}
      credit: {uniform: {low: 100, high: 30000}}
      total: {total: lines.amount}
      rows: {total: {of: lines, as: count}}
      dearest: {total: {of: lines.amount, as: max}}
      freight: {uniform: {low: 1, high: 90}, decimals: 2}
    expect:
      - seller <> controller
      - total <= credit

  lines:
    belongs_to: {table: orders, count: {whole: {low: 1, high: 7}}}
    unique: [order_id, line]
    columns:
      order_id: {reference: order_id}
      line: {whole: {low: 1, high: 9}}
      product_id:
        reference:
          table: products
          key: product_id
          as: product
          where: product.city = parent.city
          weight: product.popularity
          unique: true
      substitute: {reference: {table: products, key: product_id, as: substitute, missing: 0.7}}
      quantity: {whole: {low: 1, high: 9}}
      amount: {sql: quantity * product.price}
      freight: {deal: {of: parent.freight, weight: amount, least: 0.05}}
    expect:
      - substitute <> product_id
"""

STAFF = """WITH RECURSIVE staff AS (
    SELECT employee_id, 1 AS level FROM employees WHERE manager_id IS NULL
    UNION ALL SELECT e.employee_id, level + 1 FROM employees e JOIN staff ON e.manager_id = staff.employee_id)
"""
SUMS = """(SELECT o.*, coalesce(cents, 0) cents, coalesce(n, 0) n, highest, shares, least FROM orders o LEFT JOIN
    (SELECT order_id, sum(round(amount * 100)) cents, count(*) n, max(amount) highest, sum(round(freight * 100)) shares,
        min(freight) least FROM lines GROUP BY order_id) USING (order_id))"""

PROMISES = {  # rows of which something is promised, and when it is broken
    "a branch is told by country and number": (
        "branches",
        "(SELECT count(*) FROM branches b WHERE (b.country, b.number) = (t.country, t.number)) > 1",
    ),
    "each employee has a branch, by both columns, and its city": (
        "employees",
        "NOT EXISTS (FROM branches b WHERE b.country = t.country AND b.number = t.branch AND b.city = t.city)",
    ),
    "each employee stands below one of two heads, no deeper than six levels": (
        "employees",
        "NOT EXISTS (FROM staff WHERE staff.employee_id = t.employee_id AND level <= 6)"
        " OR (SELECT count(*) FROM employees WHERE manager_id IS NULL) <> 2",
    ),
    "nobody has more than nine right below": (
        "employees",
        "(SELECT count(*) FROM employees e WHERE e.manager_id = t.employee_id) > 9",
    ),
    "who has a manager earns 60 to 95 % of what that one earns": (
        "employees",
        "EXISTS (FROM employees m WHERE m.employee_id = t.manager_id"
        " AND t.salary NOT BETWEEN m.salary * 0.6 - 0.01 AND m.salary * 0.95 + 0.01)",
    ),
    "a seller, if there is one, works in the city of the order": (
        "orders",
        "t.seller IS NOT NULL AND NOT EXISTS (FROM employees e WHERE e.employee_id = t.seller AND e.city = t.city)",
    ),
    "nobody controls an order of their own, and somebody does": (
        "orders",
        "t.controller IS NULL OR t.seller = t.controller"
        " OR NOT EXISTS (FROM employees e WHERE e.employee_id = t.controller)",
    ),
    "an order's total is the sum of its lines, to the cent": (SUMS, "round(t.total * 100) <> t.cents"),
    "an order knows the number of its lines and the dearest": (SUMS, "t.rows <> t.n OR t.dearest <> t.highest"),
    "no total is above the credit": (SUMS, "t.total > t.credit"),
    "the freight is dealt out to the cent, five cents at least": (
        SUMS,
        "round(t.freight * 100) <> t.shares OR t.least < 0.05",
    ),
    "each line belongs to an order, at a number of its own": (
        "(SELECT order_id, line, count(*) n FROM lines GROUP BY ALL)",
        "t.n > 1 OR NOT EXISTS (FROM orders o WHERE o.order_id = t.order_id)",
    ),
    "no product stands twice in an order": (
        "(SELECT order_id, product_id, count(*) n FROM lines GROUP BY ALL)",
        "t.n > 1 OR t.product_id IS NULL",
    ),
    "a line's product is sold in the order's city": (
        "(SELECT l.*, o.city FROM lines l JOIN orders o USING (order_id))",
        "NOT EXISTS (FROM products p WHERE p.product_id = t.product_id AND p.city = t.city)",
    ),
    "a line costs its quantity at the product's price": (
        "(SELECT l.*, p.price FROM lines l JOIN products p USING (product_id))",
        "abs(t.amount - t.quantity * t.price) > 0.0051",
    ),
    "a substitute is another product": (
        "lines",
        "t.substitute IS NOT NULL AND (t.substitute = t.product_id"
        " OR NOT EXISTS (FROM products p WHERE p.product_id = t.substitute))",
    ),
    "a product knows how often it was sold": (
        "products",
        "t.sold <> (SELECT coalesce(sum(quantity), 0) FROM lines l WHERE l.product_id = t.product_id)",
    ),
}


def questions() -> str:
    """For each promise, by its number, in how many rows it could be broken, and in how many it is."""
    each = (
        f"SELECT {at}, count(*), coalesce(sum(CAST({broken} AS INTEGER)), 0) FROM {rows} t"  # noqa: S608 - written here
        for at, (rows, broken) in enumerate(PROMISES.values())
    )
    return STAFF + " UNION ALL ".join(each) + " ORDER BY 1"


def main() -> None:
    console = Console(highlight=False, width=100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "group.yaml").write_text(BOOK, encoding="utf-8")
        start = time.perf_counter()
        command = [sys.executable, "-m", "privsynth", "run", str(folder / "group.yaml"), "--out", str(folder / "out")]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - ourselves
        console.print(f"privsynth run: {time.perf_counter() - start:.1f} s, gates and reports included\n")
        with duckdb.connect() as database:
            for file in (folder / "out").glob("*.csv"):
                database.execute(f"CREATE VIEW {file.stem} AS FROM read_csv('{file}', header = true)")
            console.print(f"{'promise':72}{'rows':>8}{'broken':>8}")
            found = database.execute(questions()).fetchall()
            for promise, (_, rows, broken) in zip(PROMISES, found, strict=True):
                console.print(f"{promise:72}{rows:>8}{broken:>8}")


if __name__ == "__main__":
    main()
