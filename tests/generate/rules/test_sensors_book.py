"""rules/sensors.yaml: each of its promises is kept in every row, as SQL of its own counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from promises import shipped, unkept

WATCHED = """(SELECT r.*, s.* EXCLUDE (sensor_id, readings, alarms), number, previous, before, state_there
    FROM (SELECT *, row_number() OVER hours AS number, lag(measured_at) OVER hours AS previous,
        lag(shown) OVER hours AS before, lag(state) OVER hours AS state_there
        FROM readings WINDOW hours AS (PARTITION BY sensor_id ORDER BY reading_id)) r
    JOIN sensors s USING (sensor_id))"""
RAISED = """(SELECT a.*, r.sensor_id AS read_by, measured_at, shown, state, "limit", failed_at
    FROM alarms a JOIN readings r USING (reading_id) JOIN sensors s ON s.sensor_id = r.sensor_id)"""
MENDED = """(SELECT p.*, a.sensor_id AS alarmed, a.kind, raised_at, repaired_at,
    (SELECT min(measured_at) FROM readings r WHERE r.sensor_id = s.sensor_id AND measured_at > failed_at
        AND state <> 'failed') AS there_again
    FROM repairs p JOIN alarms a USING (alarm_id) JOIN sensors s ON s.sensor_id = p.sensor_id)"""
VISITED = """(SELECT m.*, installed_at, lag(ended_at) OVER (PARTITION BY m.sensor_id ORDER BY began_at) AS ended_before
    FROM maintenance m JOIN sensors USING (sensor_id))"""
RISES = "t.shown > t.limit AND coalesce(t.before <= t.limit, TRUE)"
FAILS = "t.state = 'failed' AND t.state_there IS DISTINCT FROM 'failed'"

PROMISES = {
    "a sensor is told by its key, and by its serial number": (
        "sensors",
        "(SELECT count(*) FROM sensors s WHERE s.sensor_id = t.sensor_id OR s.serial_no = t.serial_no) > 1",
    ),
    "each sensor is read in each hour of two weeks": (
        "(SELECT s.sensor_id, count(reading_id) AS n FROM sensors s LEFT JOIN readings USING (sensor_id) GROUP BY 1)",
        "t.n <> 14 * 24",
    ),
    "readings follow each other by the hour": (
        WATCHED,
        "t.measured_at <> coalesce(t.previous, TIMESTAMP '2026-03-01 23:00:00') + INTERVAL 1 HOUR",
    ),
    "what is shown is what is there and what drift adds": (
        "(FROM readings WHERE shown IS NOT NULL)",
        "abs(t.shown - t.there - t.drifted_by) > 1e-9",
    ),
    "there is drift while it drifts, and only then": (
        WATCHED,
        "(t.drifted_by > 0) <> coalesce(date_diff('minute', t.drifts_from, t.measured_at) * t.level * t.drift / 1440"
        " >= 0.0005 AND (t.repaired_at IS NULL OR t.repaired_at <= t.drifts_from OR t.measured_at < t.repaired_at),"
        " FALSE)",
    ),
    "drift grows with time": (
        "(FROM " + WATCHED + " WHERE drifted_by > 0)",
        "abs(t.drifted_by - t.level * t.drift * date_diff('minute', t.drifts_from, t.measured_at) / 1440) > 0.00051",
    ),
    "it shows nothing from failure to repair, and something otherwise": (
        WATCHED,
        "(t.shown IS NULL) <> coalesce(t.measured_at >= t.failed_at AND t.measured_at < t.repaired_at, FALSE)",
    ),
    "a sensor that failed is repaired later": (
        "sensors",
        "(t.failed_at IS NULL) <> (t.repaired_at IS NULL) OR t.repaired_at <= t.failed_at",
    ),
    "an alarm is raised where a reading rises above the limit or the first is missing": (
        WATCHED,
        f"({RISES} OR {FAILS}) <> EXISTS (FROM alarms a WHERE a.reading_id = t.reading_id)",
    ),
    "and one at a time": ("(SELECT count(*) AS n FROM alarms GROUP BY reading_id)", "t.n > 1"),
    "it tells what the reading told": (
        RAISED,
        "t.sensor_id <> t.read_by OR t.raised_at <> t.measured_at OR t.value IS DISTINCT FROM t.shown",
    ),
    "it is of its kind": (
        RAISED,
        "CASE t.kind WHEN 'too high' THEN t.shown IS NULL OR t.shown <= t.limit"
        " WHEN 'no signal' THEN t.state <> 'failed' OR t.failed_at > t.measured_at ELSE TRUE END",
    ),
    "alarms of a sensor are counted": (
        "(SELECT s.*, count(alarm_id) AS n FROM sensors s LEFT JOIN alarms a USING (sensor_id) GROUP BY ALL)",
        "t.alarms <> t.n OR t.readings <> 336",
    ),
    "each failure is repaired once": (
        "(SELECT s.*, count(repair_id) AS n FROM sensors s LEFT JOIN repairs USING (sensor_id) GROUP BY ALL)",
        "t.n <> (t.failed_at IS NOT NULL AND t.failed_at < TIMESTAMP '2026-03-15 23:00:00')::INT",
    ),
    "a repair follows the alarm and ends before there is something again": (
        MENDED,
        "t.sensor_id <> t.alarmed OR t.kind <> 'no signal' OR t.began_at < t.raised_at OR t.ended_at <= t.began_at"
        " OR t.ended_at <> t.repaired_at OR t.there_again < t.ended_at",
    ),
    "maintenance is on business days, in business hours, of a sensor that is there": (
        VISITED,
        "isodow(t.began_at) > 5 OR hour(t.began_at) NOT BETWEEN 7 AND 14 OR t.began_at::DATE <> t.done_on"
        " OR t.done_on < t.planned_for OR t.began_at < t.installed_at OR strftime(t.done_on, '%m-%d')"
        " IN ('01-01', '05-01', '10-03', '12-25', '12-26')",
    ),
    "no two visits to one sensor overlap": (VISITED, "t.ended_at <= t.began_at OR t.ended_before > t.began_at"),
}


@pytest.mark.parametrize(("sensors", "readings"), [(24, 2_000), pytest.param(300, 100_000, marks=pytest.mark.slow)])
def test_each_promise_of_the_sensors_is_kept_in_every_row(tmp_path: Path, sensors: int, readings: int) -> None:
    data = shipped("sensors", sensors)
    assert len(data["readings"]) >= readings
    assert unkept(tmp_path, data, PROMISES) == {}
