"""Values become HTML: one file each, no script, nothing remote, every text escaped and every name made visible."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.report import charts
from privsynth.report.fidelity import CHARTS, PAIRS_SHOWN, kept_sections, score
from privsynth.report.figures import count, figure, share, span
from privsynth.report.glossary import glossary
from privsynth.report.names import short, visible

if TYPE_CHECKING:
    from jinja2 import Environment, Template

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
LEVELS_DRAWN = 14  # bars of one chart
NAMES_SHOWN = 6
LONGEST_NOTE = 420


def compliance_page(values: Mapping[str, Any]) -> bytes:
    """The page for the privacy officer."""
    content = {**values, "gates": _with_strips(values["gates"]), "glossary": glossary()}
    return _render("compliance.html.j2", content)


def fidelity_page(values: Mapping[str, Any]) -> bytes:
    """The page for the people who will work with the data."""
    more = {
        name: values[name]
        for name in ("verdict", "profile", "notes", "versions", "method", "real_data_read", "waivers")
    }
    section = (
        values["fidelity"] if values["fidelity"]["tables"] else {**values["fidelity"], "numbers": values["numbers"]}
    )
    return _render("fidelity.html.j2", {**_fidelity_context(section), **more})


def fidelity_page_alone(section: Mapping[str, Any], *, notes: Sequence[str], versions: Mapping[str, str]) -> bytes:
    """The same page about a table that no run of ours has made: there is no verdict on it."""
    more = {
        "verdict": None,
        "profile": None,
        "notes": list(notes),
        "versions": dict(versions),
        "method": None,
        "real_data_read": True,
    }
    return _render("fidelity.html.j2", {**_fidelity_context(section), **more})


def notice_page(values: Mapping[str, Any]) -> bytes:
    """The page that goes out where the others may not."""
    return _render("refusal.html.j2", values)


def _render(name: str, content: Mapping[str, Any]) -> bytes:
    text = _template(name).render(csp=CSP, **content)
    return (text.rstrip("\n") + "\n").encode("utf-8")


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        """The last step before a text is escaped and printed."""
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "figure": figure,
        "share": share,
        "score": score,
        "span": span,
        "short": short,
        "note": _note,
        "names": _names,
        "limit_source": _limit_source,
        "soft_breaks": _soft_breaks,
        "drawn": Markup,
    }
    environment.globals |= {"count": count}
    return environment


def _with_strips(gates: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each gate's findings, drawn where they can be; what may not occur and did not is set apart as a list."""
    shown = [[finding for finding in gate["findings"] if not _is_clean(finding)] for gate in gates]
    places = [
        (g, f)
        for g, findings in enumerate(shown)
        for f, finding in enumerate(findings)
        if finding["limit"] is not None and finding["measured"] is not None
    ]
    places.sort(key=lambda place: shown[place[0]][place[1]]["passed"])
    chosen = {place: number for number, place in enumerate(sorted(places[:CHARTS]), start=1)}
    drawn = [
        [{**finding, "strip": _strip(chosen.get((g, f)), finding)} for f, finding in enumerate(findings)]
        for g, findings in enumerate(shown)
    ]
    clean = [[finding for finding in gate["findings"] if _is_clean(finding)] for gate in gates]
    return [{**gate, "shown": rows, "clean": rest} for gate, rows, rest in zip(gates, drawn, clean, strict=True)]


def _is_clean(finding: Mapping[str, Any]) -> bool:
    """Nothing found of what may not be there: a sentence, not a picture."""
    return bool(finding["limit"] == 0 and finding["good"] == "low" and finding["passed"])


def _strip(place: int | None, finding: Mapping[str, Any]) -> str | None:
    if place is None:
        return None
    more = {name: finding[name] for name in ("good", "baseline", "interval")}
    return charts.strip(place, finding["what"], finding["measured"], finding["limit"], **more)


def _fidelity_context(section: Mapping[str, Any]) -> dict[str, Any]:
    """The section with its charts drawn and its long lists cut to what a page can bear."""
    room = CHARTS // max(1, len(section["tables"]))
    tables = [_drawn_table(place, table, room) for place, table in enumerate(section["tables"], start=1)]
    drawn = sum(len(table["charts"]) + (table["heat_map"] is not None) for table in tables)
    return {**section, "tables": tables, "charts_drawn": drawn}


def _drawn_table(place: int, table: Mapping[str, Any], room: int) -> dict[str, Any]:
    names = table["drawn"] if room > 1 else []
    columns = {row["column"]: row for row in table["columns"]}
    drawn = [
        {**columns[name], "place": f"{place}-{number}", "chart": _bars(1000 * place + number, columns[name])}
        for number, name in enumerate(names, start=1)
    ]
    most = max((row["distance"] or 0.0 for row in table["columns"]), default=0.0) or 1.0
    return {
        **table,
        "place": place,
        "charts": drawn,
        "heat_map": _heat(place, table["heat"]) if room else None,
        "pairs": table["pairs"][:PAIRS_SHOWN],
        "sections": kept_sections(table["kept"]),
        "most": most,
    }


def _bars(place: int, row: Mapping[str, Any]) -> str:
    bars = [(bar["label"], bar["real"] or 0.0, bar["synthetic"] or 0.0) for bar in row["bars"][:LEVELS_DRAWN]]
    return charts.paired_bars(place, f"Column {short(row['column'])}: real and synthetic shares", bars)


def _heat(place: int, heat: Mapping[str, Any]) -> str | None:
    names = list(heat["columns"])
    if len(names) < 2:
        return None
    at = {name: number for number, name in enumerate(names)}
    cells = [(at[cell["left"]], at[cell["right"]], cell["difference"]) for cell in heat["cells"]]
    return charts.heat_map(place, "Differences in the ties between columns", names, cells)


def _note(text: str) -> str:
    """A note as long as a page can bear; report.json has it whole."""
    return text if len(text) <= LONGEST_NOTE else f"{text[:LONGEST_NOTE]}\u2026 (whole in report.json)"


def _soft_breaks(name: str) -> str:
    """A name that may go on in the next line after a mark, rather than anywhere."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([._/-])(?=\w)", r"\1<wbr>", str(escape(visible(name)))))  # noqa: S704 - escaped here


def _limit_source(source: str) -> str:
    """Whose figure a limit is; the table of all limits tells the rest."""
    return source.partition(":")[0] if source.startswith(("ours:", "precedent:", "analogy:")) else source


def _names(where: Sequence[str]) -> str:
    """A few column names and how many more there are."""
    more = len(where) - NAMES_SHOWN
    return ", ".join(short(name) for name in where[:NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
