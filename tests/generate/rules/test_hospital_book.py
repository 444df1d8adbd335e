"""rules/hospital.yaml: each of its promises is kept in every row, as SQL of its own counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from promises import RULES, shipped, unkept
from rulebooks import answer

# The look-ups beside the book, and the samples with one value a row.
LISTED = f"listed AS (FROM read_csv('{RULES / 'hospital_diagnoses.csv'}', header = true))"
RANGES = f"ranges AS (FROM read_csv('{RULES / 'hospital_laboratory.csv'}', header = true))"
MEASURED = """measured AS (SELECT sample_id, 1 AS number, sodium AS value FROM samples
    UNION ALL SELECT sample_id, 2, potassium FROM samples UNION ALL SELECT sample_id, 3, creatinine FROM samples
    UNION ALL SELECT sample_id, 4, urea FROM samples UNION ALL SELECT sample_id, 5, crp FROM samples
    UNION ALL SELECT sample_id, 6, leucocytes FROM samples UNION ALL SELECT sample_id, 7, haemoglobin FROM samples)"""

BEDS = """(SELECT a.*, lag(discharged) OVER stays AS free_since, lag(admission_id) OVER stays AS one_before
    FROM admissions a WINDOW stays AS (PARTITION BY bed_id ORDER BY admitted))"""
ADMITTED = """(SELECT a.*, b.department_id AS here, b.specialty AS of_bed, p.department_id AS there, p.sex AS of_patient
    FROM admissions a LEFT JOIN beds b USING (bed_id) LEFT JOIN patients p USING (patient_no))"""
DIAGNOSED = """(SELECT d.*, a.specialty, l.title AS listed FROM diagnoses d LEFT JOIN admissions a USING (admission_id)
    LEFT JOIN listed l ON l.list = d.list AND l.code = d.code)"""
TAKEN = """(SELECT s.*, a.admitted, coalesce(a.discharged, TIMESTAMP '2026-02-01') AS at_last, a.sex AS of_patient,
    lag(taken_at) OVER (PARTITION BY admission_id ORDER BY sample_id) AS one_before
    FROM samples s LEFT JOIN admissions a USING (admission_id))"""
RESULTS = """(SELECT r.*, m.value AS measured, s.sex AS of_sample, l.test AS its_test, l.unit AS its_unit,
    l.low AS its_low, l.high AS its_high
    FROM results r LEFT JOIN samples s USING (sample_id) LEFT JOIN measured m USING (sample_id, number)
    LEFT JOIN ranges l ON l.number = r.number AND l.sex = s.sex)"""
VISITED = "(SELECT v.*, a.outcome, a.discharged FROM visits v LEFT JOIN admissions a USING (admission_id))"

PROMISES = {
    "each key is there once": (
        """(SELECT count(*) AS n FROM (SELECT department_id AS key FROM departments
            UNION ALL SELECT bed_id FROM beds UNION ALL SELECT 'P' || patient_no FROM patients
            UNION ALL SELECT 'A' || admission_id FROM admissions UNION ALL SELECT 'S' || sample_id FROM samples
            UNION ALL SELECT visit_id::VARCHAR FROM visits) GROUP BY key)""",
        "t.n <> 1",
    ),
    "a department has its beds": (
        "(SELECT beds, (SELECT count(*) FROM beds b WHERE b.department_id = d.department_id) AS n FROM departments d)",
        "t.n <> t.beds",
    ),
    "no two stays in a bed overlap, and it is cleaned between them": (
        BEDS,
        "t.discharged <= t.admitted OR (t.one_before IS NOT NULL AND"
        " (t.free_since + INTERVAL 59 MINUTE <= t.admitted) IS NOT TRUE)",
    ),
    "stays begin in January and end in it, or are not over": (
        "admissions",
        "(t.admitted BETWEEN DATE '2026-01-01' AND DATE '2026-02-01') IS NOT TRUE OR t.discharged > DATE '2026-02-01'",
    ),
    "nobody is admitted twice": ("(SELECT count(*) AS n FROM admissions GROUP BY patient_no)", "t.n > 1"),
    "patients lie in a bed of their own department": (
        ADMITTED,
        "(t.here = t.there AND t.specialty = t.of_bed AND t.sex = t.of_patient) IS NOT TRUE",
    ),
    "nights are counted, and an outcome is known of all who left": (
        "admissions",
        "t.nights IS DISTINCT FROM date_diff('day', t.admitted, t.discharged)"
        " OR (t.outcome IS NULL) <> (t.discharged IS NULL)",
    ),
    "who died has the day of death, and nobody else": (
        """(SELECT p.died_on, (SELECT max(discharged::DATE) FROM admissions a
            WHERE a.patient_no = p.patient_no AND outcome = 'died') AS expected FROM patients p)""",
        "t.died_on IS DISTINCT FROM t.expected",
    ),
    "patients are of age": ("patients", "t.age < 19 OR t.age <> 2026 - year(t.birth_date)"),
    "an admission has one main diagnosis, and its diagnoses are numbered": (
        """(SELECT (SELECT count(*) FILTER (WHERE list <> 'secondary') FROM diagnoses d
            WHERE d.admission_id = a.admission_id) AS main, (SELECT list(number) FROM diagnoses d
            WHERE d.admission_id = a.admission_id) AS numbers FROM admissions a)""",
        "t.main <> 1 OR t.numbers <> range(1, len(t.numbers) + 1)",
    ),
    "the main diagnosis is of the department's list, and each title is that of its code": (
        DIAGNOSED,
        "t.list <> CASE t.number WHEN 1 THEN t.specialty ELSE 'secondary' END OR (t.title = t.listed) IS NOT TRUE",
    ),
    "no diagnosis is written down twice": (
        "(SELECT count(*) AS n FROM diagnoses GROUP BY admission_id, code)",
        "t.n > 1",
    ),
    "samples are taken during the stay, in the order of their numbers": (
        TAKEN,
        "(t.taken_at BETWEEN t.admitted AND t.at_last AND t.sex = t.of_patient) IS NOT TRUE"
        " OR t.one_before > t.taken_at",
    ),
    "a sample has seven results": (
        "(SELECT count(*) AS n, count(DISTINCT number) AS numbers FROM results GROUP BY sample_id)",
        "t.n <> 7 OR t.numbers <> 7",
    ),
    "a result is what was measured": (RESULTS, "(abs(t.value - t.measured) < 1e-9) IS NOT TRUE"),
    "test, unit and range are those of the number and the sex": (
        RESULTS,
        "((t.test, t.unit, t.low, t.high) = (t.its_test, t.its_unit, t.its_low, t.its_high)) IS NOT TRUE",
    ),
    "the flag follows from the range": (
        RESULTS,
        "t.flag <> CASE WHEN t.value < t.its_low THEN 'low' WHEN t.value > t.its_high THEN 'high' ELSE 'normal' END",
    ),
    "visits are for those who went home, a week later or more, on a weekday": (
        VISITED,
        "t.outcome IS DISTINCT FROM 'home' OR isodow(t.visited_on) > 5"
        " OR date_diff('day', t.discharged, t.visited_on::TIMESTAMP) NOT BETWEEN 7 AND 60",
    ),
}
RANKS = """WITH ranks AS (SELECT rank() OVER (ORDER BY creatinine) AS creatinine, rank() OVER (ORDER BY urea) AS urea,
    rank() OVER (ORDER BY crp) AS crp, rank() OVER (ORDER BY leucocytes) AS leucocytes,
    rank() OVER (ORDER BY haemoglobin) AS haemoglobin FROM samples)
SELECT corr(creatinine, urea), corr(crp, leucocytes), corr(crp, haemoglobin) FROM ranks"""


@pytest.mark.parametrize(("departments", "results"), [(4, 2_000), pytest.param(120, 100_000, marks=pytest.mark.slow)])
def test_each_promise_of_the_hospital_is_kept_in_every_row(tmp_path: Path, departments: int, results: int) -> None:
    data = shipped("hospital", departments)
    assert len(data["results"]) >= results
    assert unkept(tmp_path, data, PROMISES, f"WITH {LISTED}, {RANGES}, {MEASURED}") == {}


@pytest.mark.slow
def test_values_that_go_together_in_blood_do_so_in_the_samples(tmp_path: Path) -> None:
    [found] = answer(tmp_path, shipped("hospital", 110), RANKS)
    assert found == pytest.approx((0.65, 0.45, -0.25), abs=0.02)
