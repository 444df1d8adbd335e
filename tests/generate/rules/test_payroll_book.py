"""rules/payroll.yaml: each of its promises is kept in every row, as SQL of its own counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from promises import shipped, unkept

STAFF = """WITH RECURSIVE staff AS (
    SELECT employee_no, 1 AS level FROM employees WHERE manager_no IS NULL
    UNION ALL SELECT e.employee_no, s.level + 1 FROM employees e JOIN staff s ON e.manager_no = s.employee_no)
"""
MANAGED = """(SELECT e.*, m.salary AS above, m.department AS handed_down, m.level AS level_above
    FROM employees e JOIN employees m ON e.manager_no = m.employee_no)"""
LED = """(SELECT e.*, coalesce(n, 0) AS below FROM employees e LEFT JOIN
    (SELECT manager_no AS boss, count(*) AS n FROM employees GROUP BY 1) ON boss = e.employee_no)"""
PAID = """(SELECT p.*, hired_on, coalesce(left_on, DATE '2026-12-31') AS last_day, salary, weekly_hours,
    sum(round(p.gross * 100)) OVER (PARTITION BY p.employee_no ORDER BY p.month) AS cents_so_far
    FROM payslips p JOIN employees USING (employee_no))"""
YEARS = """(SELECT e.*, cents, net_cents, months FROM employees e LEFT JOIN
    (SELECT employee_no, sum(round(gross * 100)) AS cents, sum(round(net * 100)) AS net_cents, count(*) AS months
    FROM payslips GROUP BY 1) USING (employee_no))"""
UNITS = """(SELECT d.*, coalesce(n, 0) AS n, coalesce(cents, 0) AS cents FROM departments d LEFT JOIN
    (SELECT department_no, count(*) AS n, sum(round(gross_2026 * 100)) AS cents FROM employees GROUP BY 1)
    USING (department_no))"""
AWAY = """(SELECT l.*, hired_on, coalesce(left_on, DATE '2026-12-31') AS last_day,
    lag(back_on) OVER (PARTITION BY l.employee_no ORDER BY first_day) AS back_before,
    row_number() OVER (PARTITION BY l.employee_no ORDER BY first_day) AS number
    FROM leave l JOIN employees USING (employee_no))"""

# The last business days of the months of 2026 in Germany, by the calendar on the wall.
PAYDAYS = ["01-30", "02-27", "03-31", "04-30", "05-29", "06-30", "07-31", "08-31", "09-30", "10-30", "11-30", "12-31"]
LISTED = ", ".join(f"DATE '2026-{day}'" for day in PAYDAYS)

PROMISES = {
    "everybody stands below one head, at the level that is told, six at most": (
        "(SELECT e.*, s.level AS steps FROM employees e LEFT JOIN staff s USING (employee_no))",
        "t.steps IS NULL OR t.level <> t.steps OR t.level > 6",
    ),
    "there is one head": ("(SELECT count(*) AS n FROM employees WHERE manager_no IS NULL)", "t.n <> 1"),
    "everybody earns less than the manager": (MANAGED, "t.salary >= t.above"),
    "nobody earns less than 30,000": ("employees", "t.salary < 30000"),
    "a department is handed down": (MANAGED, "t.level_above > 1 AND t.department <> t.handed_down"),
    "people right below are counted, eight at most": (LED, "t.reports <> t.below OR t.below > 8"),
    "who leads somebody stays": (LED, "t.below > 0 AND t.left_on IS NOT NULL"),
    "an employee is told by the number": ("(SELECT count(*) AS n FROM employees GROUP BY employee_no)", "t.n > 1"),
    "an e-mail address is nobody else's": ("(SELECT count(*) AS n FROM employees GROUP BY email)", "t.n > 1"),
    "a department's number and name belong together": (
        "employees",
        "NOT EXISTS (FROM departments d WHERE d.department_no = t.department_no AND d.department = t.department)",
    ),
    "nobody is hired before 18, on a day without business, or leaves before": (
        "employees",
        "t.hired_on < t.born_on + INTERVAL 18 YEAR OR isodow(t.hired_on) > 5 OR t.left_on < t.hired_on",
    ),
    "a payslip belongs to a month of employment": (
        PAID,
        "day(t.month) <> 1 OR last_day(t.month) < t.hired_on OR t.month > t.last_day",
    ),
    "there is one for each such month": (
        YEARS,
        "t.months <> date_diff('month', greatest(t.hired_on, DATE '2026-01-01'),"
        " coalesce(t.left_on, DATE '2026-12-31')) + 1",
    ),
    "and no two": ("(SELECT count(*) AS n FROM payslips GROUP BY employee_no, month)", "t.n > 1"),
    "it is paid on the last business day": (
        PAID,
        f"t.paid_on NOT IN ({LISTED}) OR date_trunc('month', t.paid_on) <> t.month",
    ),
    "the base is the month's part of the salary": (
        PAID,
        "abs(t.base - t.salary / 12 * t.weekly_hours / 40 * (date_diff('day', greatest(t.month, t.hired_on),"
        " least(last_day(t.month), t.last_day)) + 1) / day(last_day(t.month))) > 0.00501",
    ),
    "gross is the sum of its parts": (PAID, "round(t.gross * 100) <> round((t.base + t.overtime + t.extra) * 100)"),
    "deductions are the sum of theirs": (
        PAID,
        "round(t.deductions * 100) <> round((t.wage_tax + t.solidarity + t.church + t.health + t.care + t.pension"
        " + t.unemployment) * 100)",
    ),
    "net is gross without deductions, and above 0": (
        PAID,
        "round(t.net * 100) <> round(t.gross * 100) - round(t.deductions * 100) OR t.net <= 0",
    ),
    "who pays church tax pays a share of the wage tax": (
        "(SELECT p.*, church_tax FROM payslips p JOIN employees USING (employee_no))",
        "abs(t.church - CASE WHEN t.church_tax = 'yes' THEN 0.09 * t.wage_tax ELSE 0 END) > 0.00501",
    ),
    "insurance ends at its ceilings": (
        PAID,
        "t.health > 508.60 OR t.care > 104.63 OR t.pension > 785.85 OR t.unemployment > 109.85",
    ),
    "what there was so far is added up": (PAID, "round(t.gross_so_far * 100) <> t.cents_so_far"),
    "a person's year is the sum of the payslips": (
        YEARS,
        "round(t.gross_2026 * 100) <> t.cents OR round(t.net_2026 * 100) <> t.net_cents",
    ),
    "a department's year is the sum of its people's": (
        UNITS,
        "t.employees <> t.n OR round(t.gross_2026 * 100) <> t.cents",
    ),
    "nobody is on leave twice on one day": (
        AWAY,
        "t.back_before > t.first_day OR (t.number > 1 AND t.back_before IS NULL)",
    ),
    "leave lies within employment": (
        AWAY,
        "t.first_day < t.hired_on OR t.back_on <= t.first_day OR t.first_day > t.last_day",
    ),
    "who is still away has no leave after that": (
        "(FROM leave WHERE back_on IS NULL)",
        "EXISTS (FROM leave l WHERE l.employee_no = t.employee_no AND l.first_day > t.first_day)",
    ),
    "who leaves is paid for the last month, and not after it": (
        "(SELECT e.*, last_month FROM employees e LEFT JOIN"
        " (SELECT employee_no, max(month) AS last_month FROM payslips GROUP BY 1) USING (employee_no)"
        " WHERE left_on IS NOT NULL)",
        "t.last_month IS DISTINCT FROM date_trunc('month', t.left_on)",
    ),
    "weekdays of leave are counted": (
        "(FROM leave WHERE back_on IS NOT NULL)",
        "t.weekdays <> len(list_filter(range(first_day::TIMESTAMP, back_on::TIMESTAMP, INTERVAL 1 DAY),"
        " lambda x: isodow(x) < 6))",
    ),
}


@pytest.mark.parametrize(
    ("employees", "payslips"), [(190, 2_000), pytest.param(9_000, 100_000, marks=pytest.mark.slow)]
)
def test_each_promise_of_the_payroll_is_kept_in_every_row(tmp_path: Path, employees: int, payslips: int) -> None:
    data = shipped("payroll", employees)
    assert len(data["payslips"]) >= payslips
    assert unkept(tmp_path, data, PROMISES, STAFF) == {}
