"""Commands that are printed can be pasted, whatever a column is called."""

from __future__ import annotations

import subprocess

from privsynth.cli.advice import command, shell
from privsynth.policy_places import name_of, path_of, split_setting
from privsynth.way_out import Change, WayOut

ODD = ["written\u00a0by", "a'b\tc\\d", "x y", "\u202eabc", "$(date)", "line\nline", "-n", "", "é;&|"]


def test_a_shell_reads_back_what_was_printed() -> None:
    printed = shell(["printf", "%s\\0", *ODD])
    assert printed.isprintable()
    read = subprocess.run(["bash", "-c", printed], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    assert read.stdout.decode().split("\0")[:-1] == ODD


def test_a_name_with_blanks_at_its_ends_is_the_same_after_the_way_through_a_setting() -> None:
    for name in (" lead", "trail ", "a.b", "a=b", 'a"b'):
        path = ("tables", "t", "columns", name, "role")
        assert path_of(name_of(path)) == path
        assert split_setting(f"{name_of(path)}=direct") == (path, "direct")
    assert split_setting(" limits . k = 5") == (("limits", "k"), " 5")


def test_another_backend_is_asked_for_without_the_rulebook_and_its_scenario() -> None:
    typed = ["run", "--json", "book.yaml", "t.csv", "-c", "asked.yml", "--scenario", "holidays", "--out", "out"]
    way = WayOut(kind="backend", changes=(Change(("backend",), "mask"),), why="", costs="")
    assert command(typed, way) == "privsynth run --json t.csv -c asked.yml --out out --backend mask"


def test_what_stays_with_the_rulebook_names_it() -> None:
    way = WayOut(kind="rows", changes=(Change(("rows",), 300),), why="", costs="")
    assert command(["run", "book.yaml", "t.csv"], way) == "privsynth run book.yaml t.csv --rows 300"
