"""`privsynth rules`: tables held against a rulebook, a rulebook in words, against itself, and out of tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from privsynth.cli import flags
from privsynth.cli.changes import assignments, only_set
from privsynth.cli.one_file import refuse_existing, refuse_inputs, write_whole
from privsynth.cli.reading import reads_files
from privsynth.cli.screen import Screen, result, write_json
from privsynth.errors import ExitCode, PolicyError
from privsynth.policy import load_policy

if TYPE_CHECKING:
    from privsynth.pipeline.inferring import Proposed

YAML = (".yaml", ".yml")

app = typer.Typer(
    help="Hold tables against a rulebook, and a rulebook against itself.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("check")
@reads_files
def check(
    book: flags.Book,
    data: flags.TablesOfBook,
    *,
    scenario: flags.Scenario = None,
    sarif: flags.Sarif = None,
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
    read: dict[str, object],
) -> int:
    """How many rows break what a rulebook says of their columns, and the lines of the first; no value is shown.
    Ends with 3 if a rule is broken.
    """
    _refuse_swapped(book, data)
    policy = load_policy(None, read)

    from privsynth.cli.answers import KINDS, as_results, record, told
    from privsynth.pipeline import rulebooks

    checked = rulebooks.check(book, data, policy, scenario)
    if sarif is not None:
        from privsynth.cli.sarif import write_sarif

        write_sarif(sarif, "rules check", KINDS, as_results(checked.answers, checked.filed, book))
    is_bad = any(answer.is_bad for answer in checked.answers)
    code = ExitCode.BLOCKED if is_bad else ExitCode.RELEASED
    if as_json:
        outcome = "broken" if is_bad else "ok"
        answers, notes = [record(answer) for answer in checked.answers], list(checked.filed.data.notes)
        write_json(result("rules check", code, outcome=outcome, answers=answers, warnings=notes))
        return int(code)
    Screen(quiet=quiet).notes(checked.filed.data.notes)
    sys.stdout.write("".join(f"{line}\n" for line in told(checked.answers, checked.filed)))
    return int(code)


def _refuse_swapped(book: Path, data: Sequence[str]) -> None:
    books = [path for path in data if Path(path).suffix in YAML]
    if books and book.suffix not in YAML:
        tables = [str(book), *(path for path in data if path != books[0])]
        raise PolicyError(
            "the rulebook is named first, and then the tables.",
            hint=f"privsynth rules check {books[0]} {' '.join(tables)}",
        )


@app.command("infer")
@reads_files
def infer(
    data: flags.Tables,
    *,
    out: flags.BookOut,
    allow_overwrite: flags.ReplaceFile = False,
    min_group: flags.MinGroup = None,
    seed: flags.Seed = None,
    config: flags.Config = None,
    profile: flags.Profile = None,
    drop: flags.Drop = None,
    settings: flags.Set = None,
    as_json: flags.Json = False,
    read: dict[str, object],
) -> int:
    """Write a commented rulebook that makes tables like these, of nothing that fewer than K people share.
    Some people are held out first: `privsynth run BOOK DATA` judges what the book makes by them.
    """
    refuse_existing([out], allow_overwrite)
    refuse_inputs([out], data, "the rulebook")
    changes = only_set(
        {"profile": profile, "seed": seed, "limits.k": min_group, "limits.k_rare": min_group, "drop": drop}
    )
    policy = load_policy(config, read | changes | assignments(settings or []))

    from privsynth.pipeline.inferring import infer_from

    proposed = infer_from(list(data), policy, out)
    write_whole(out, proposed.text)
    if as_json:
        warnings = [*proposed.notes, *filter(None, [proposed.doubt])]
        write_json(result("rules infer", 0, outcome="ok", outputs=[{"path": str(out)}], warnings=warnings))
        return 0
    screen = Screen()
    screen.line("wrote", "", str(out))
    for verb, words in _next(proposed, sys.argv[3:], str(out)):
        screen.line(verb, "", words)
    return 0


def _next(proposed: Proposed, typed: Sequence[str], book: str) -> Iterator[tuple[str, str]]:
    """What to type now; where nothing that the book makes can be judged, what is left."""
    from privsynth.cli.advice import run_after, shell
    from privsynth.ways.book import ALONE

    if not proposed.doubt:
        yield "next", f"read it and change what you know better, then: {run_after(typed, book)}"
        return
    yield "warning", proposed.doubt
    yield "next", f"{ALONE}: {shell(['privsynth', 'run', book, '--out', 'out/'])}"
    if proposed.model_fits:
        yield "or", f"rows of a model, which are judged: {run_after(typed, '--backend', 'model')}"


@app.command("explain")
def explain(
    book: flags.Book,
    *,
    table: flags.TableOfBook = None,
    column: flags.ColumnOfBook = None,
    svg: flags.Picture = None,
    as_json: flags.Json = False,
) -> int:
    """A rulebook in words: what is made in which order, the law of each column, what rests upon what.
    Ends with 2 if the book has mistakes; they are told, and the rest is explained.
    """
    from privsynth.cli.explained import doubts_in_lines, lines_of, narrowed, record
    from privsynth.pipeline import rulebooks

    found = rulebooks.explain(book)
    shown = narrowed(found.book, table, column) if table or column else found.book
    code = ExitCode.USAGE if found.mistakes else ExitCode.RELEASED
    if svg is not None:
        refuse_inputs([svg], [str(book)], "the picture")
        write_whole(svg, rulebooks.draw(shown), "--svg")
    if as_json:
        outcome, doubts = "broken" if found.mistakes else "ok", doubts_in_lines(found.doubts)
        write_json(result("rules explain", code, outcome=outcome, warnings=doubts, **record(shown, found.mistakes)))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines_of(shown, found.mistakes, found.doubts)))
    return int(code)


@app.command("test")
def prove(
    book: flags.Book,
    *,
    scenario: flags.Scenario = None,
    seed: flags.SeedOfTheTest = 0,
    as_json: flags.Json = False,
) -> int:
    """A rulebook against itself: a hundred rows of each table that says a number, and the rows below them, are made
    and held against the book; ten are shown.
    Ends with 3 and the rule that the book itself breaks, with 2 if it has mistakes.
    """
    from privsynth.cli.answers import record, told
    from privsynth.cli.explained import doubts_in_lines, mistake_lines, mistake_records, rows_of
    from privsynth.pipeline import rulebooks

    tested = rulebooks.prove(book, seed, scenario)
    found = tested.checked.answers if tested.checked else []
    is_bad = bool(tested.failure) or any(answer.is_bad for answer in found)
    code = ExitCode.BLOCKED if is_bad else ExitCode.USAGE if tested.mistakes else ExitCode.RELEASED
    if as_json:
        more = {"mistakes": mistake_records(tested.mistakes), "failure": tested.failure or None}
        notes = [*doubts_in_lines(tested.doubts), *(tested.checked.filed.data.notes if tested.checked else ())]
        answers = [record(answer) for answer in found]
        write_json(
            result("rules test", code, outcome="broken" if code else "ok", answers=answers, warnings=notes, **more)
        )
        return int(code)
    told_first = mistake_lines(tested.mistakes, tested.doubts)
    lines = [*told_first, *([f"broken   {tested.failure}"] if tested.failure else [])]
    if tested.checked is not None:
        Screen().notes(tested.checked.filed.data.notes)
        lines += [*rows_of(tested.checked.filed.data), *told(found, tested.checked.filed)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(code)
