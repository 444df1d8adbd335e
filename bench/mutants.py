"""Would the tests notice a mistake in the judge? Small ones are made in gate, measure, emit, lineage and release.py.

python bench/mutants.py [--each N | --all] [--seed S] [--only NAME ...] [--again SAID.txt] [--out TABLE.md]

A mistake (a mutant) is a comparison turned round or moved by its border, and/or exchanged, a `not` lost, a number
changed, a value returned empty, a limit or a baseline left out, max for min, a condition that always or never holds.
The tests that matter for the file run against it in a copy of the tree, quickest first, until one fails: then the
mutant is killed. One that survives shows a test that is missing, or changes nothing that anybody could see: those are
listed in EQUIVALENT, each with its reason. Words (notes, remedies, what a finding is called) are left alone.

Heavy imports happen once; each mutant is judged by a fork of the warm process, one after another.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[1]
GATE, EVIDENCE, CONTRACT = "tests/gate", "tests/gate/evidence", "tests/contracts/test_every_gate.py"
IGNORED = shutil.ignore_patterns(
    ".git", "__pycache__", ".*_cache", ".hypothesis", ".venv", "*.refused", "privsynth-state"
)
CALM = (
    "-x",
    "-q",
    "-n0",
    "-m",
    "",  # the slow tests too
    "-p",
    "no:cacheprovider",
    "--no-header",
    "--tb=line",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)
LONGEST = 90  # letters of code that are shown
PATIENCE = 1_800  # seconds on the clock after which a mutant that hangs is ended
WORDS = {"note", "remedy", "what", "where", "said", "hint"}  # arguments that are said, and not compared
DROPPED = {"limit", "baseline", "evidence", "good", "seconds"}  # arguments that decide
TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
EXTREMES = {"max": "min", "min": "max", "any": "all", "all": "any"}

# file -> what can find a mistake in it, quickest first; each entry is one call of pytest
Selection = tuple[tuple[str, ...], ...]


FIGURES = (f"{GATE}/test_fixed_figures.py",)  # for every file of the gates


def _contract(words: str) -> tuple[str, ...]:
    return (CONTRACT, "-k", f"({words}) and not other_columns")


TESTS: dict[str, Selection] = {
    "release.py": (("tests/test_release.py",), ("tests/emit/test_emit.py",)),
    "gate/__init__.py": (
        (CONTRACT, "-k", "list or left_out or goes_wrong or takes_too_long or no_policy"),
        ("tests/gate/test_judge.py",),
    ),
    "gate/artefacts.py": ((f"{GATE}/test_artefacts.py",),),
    "gate/attribute.py": (
        (f"{GATE}/test_attribute.py",),
        (f"{GATE}/test_attack_gates.py", "-k", "Attribute or secret"),
    ),
    "gate/budget.py": ((f"{GATE}/test_budget.py",), _contract("budget")),
    "gate/claim.py": ((f"{GATE}/test_claim.py",), _contract("claim")),
    "gate/evidence/promises.py": ((f"{EVIDENCE}/test_promises.py",), (f"{GATE}/test_artefacts.py",)),
    "gate/classical.py": ((f"{GATE}/test_classical.py",), _contract("classical"), (f"{GATE}/test_tracing.py",)),
    "gate/copies.py": ((f"{GATE}/test_copies.py",), _contract("copies")),
    "gate/evidence/elsewhere.py": ((f"{EVIDENCE}/test_elsewhere.py",),),
    "gate/evidence/digested.py": (
        (f"{EVIDENCE}/test_digested.py",),
        (f"{GATE}/test_pii.py", "-k", "hash or base64 or code"),
    ),
    "gate/evidence/disguised.py": ((f"{EVIDENCE}/test_disguised.py",), (f"{GATE}/test_pii.py",)),
    "gate/evidence/halves.py": ((f"{EVIDENCE}/test_halves.py",),),
    "gate/evidence/encrypted.py": ((f"{EVIDENCE}/test_encrypted_gate.py",),),
    "gate/evidence/scrubbed.py": ((f"{EVIDENCE}/test_scrubbed.py",),),
    "gate/fidelity.py": ((f"{GATE}/test_fidelity_floor.py",), (f"{GATE}/test_asked_rows.py",), _contract("fidelity")),
    "gate/inference.py": ((f"{GATE}/test_attack_says.py",), (f"{GATE}/test_attack_gates.py", "-k", "Inference")),
    "gate/linkability.py": ((f"{GATE}/test_attack_says.py",), (f"{GATE}/test_attack_gates.py", "-k", "Linkability")),
    "gate/tracing.py": ((f"{GATE}/test_tracing.py",), _contract("tracing")),
    "gate/membership.py": (
        (f"{GATE}/test_attack_says.py",),
        (f"{GATE}/test_attack_gates.py", "-k", "Membership or few or tenth"),
    ),
    "gate/evidence/order.py": ((f"{EVIDENCE}/test_order.py",), (f"{GATE}/test_schema.py",)),
    "gate/evidence/overlap.py": ((f"{EVIDENCE}/test_overlap.py",), (f"{GATE}/test_pii.py",)),
    "gate/evidence/phrases.py": ((f"{EVIDENCE}/test_phrases.py",), (f"{GATE}/test_pii.py", "-k", "sentence")),
    "gate/pii.py": ((f"{GATE}/test_pii.py",),),
    "gate/evidence/realvalues.py": ((f"{EVIDENCE}/test_realvalues.py",), (f"{GATE}/test_pii.py",)),
    "gate/evidence/rules.py": ((f"{EVIDENCE}/test_rules_kept.py",),),
    "gate/schema.py": ((f"{GATE}/test_schema.py",),),
    "gate/evidence/scope.py": (
        (f"{EVIDENCE}/test_scope.py",),
        (f"{GATE}/test_copies.py",),
        (f"{GATE}/test_attack_gates.py",),
        (f"{GATE}/test_tracing.py",),
    ),
    "gate/selftest.py": (
        (f"{GATE}/test_selftest.py",),
        (f"{GATE}/test_attack_gates.py", "-k", "SelfTest or self_test or found_out or planted or no_error"),
    ),
    "gate/singling_out.py": ((f"{GATE}/test_attack_says.py",), (f"{GATE}/test_attack_gates.py", "-k", "SinglingOut")),
    "gate/evidence/sought.py": ((f"{EVIDENCE}/test_sought.py",), (f"{GATE}/test_artefacts.py",)),
    "gate/evidence/written.py": ((f"{EVIDENCE}/test_written.py",), (f"{GATE}/test_schema.py",)),
}
SAY = f"{GATE}/test_what_gates_say.py"
FOLDERS = ("gate", "measure", "emit", "lineage")  # of the package, in which mistakes are made


def tests_of(file: str) -> Selection:
    """For a file that is not in the table: the test of its name, then those of its folder.

    Last what the gates say: of a gate its own words, of what all gates use everything.
    """
    folder = Path("tests") / Path(file).parent
    own = folder / f"test_{Path(file).stem}.py"
    known = TESTS.get(file, (*(((str(own),),) if (HERE / own).exists() else ()), (str(folder),)))
    if file.startswith("gate/") and "/" not in file.removeprefix("gate/"):
        return (*known, (SAY, "-k", Path(file).stem))
    return (*known, (SAY,)) if file.startswith(("gate/", "measure/")) else known


# what cannot be told from the original by anybody, and why: "file function: before -> after"
EQUIVALENT: dict[str, str] = {
    "gate/artefacts.py _stands: if not words -> if False": "a value without a word is too short, which is asked next",
    "gate/evidence/promises.py _read_aloud: 2000 -> 2001": "where a page shows that it is one: any such number serves",
    "gate/evidence/promises.py _read_aloud: 2000 -> 1999": "as above",
    "gate/artefacts.py _codes_of: False -> True": "tells the library that no hash protects: changes no digest",
}


@dataclass(frozen=True)
class Mutant:
    """One mistake: where, what it says before and after, and the file with it."""

    file: str
    function: str
    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.file} {self.function}: {self.before} -> {self.after}"


def mutants(file: str, text: str) -> Iterator[Mutant]:
    """Every mistake of the file, in the order of its lines."""
    tree = ast.parse(text)
    seen = {ast.unparse(tree)}
    for node, function in _sites(tree, ""):
        for changed in _changes(node, function):
            source = _with(tree, node, changed)
            if source not in seen:
                seen.add(source)
                yield Mutant(
                    file,
                    function.partition(" ")[0] or "module",
                    _line(node),
                    _shown(node),
                    _shown_beside(node, changed),
                    source,
                )


def _sites(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    """Each node that decides something, with the function it stands in (and what that gives back)."""
    if isinstance(node, ast.JoinedStr | ast.AnnAssign) and not (isinstance(node, ast.AnnAssign) and node.value):
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Seeds":
        return  # one seed is as good as another
    if isinstance(node, ast.FunctionDef):
        function = f"{node.name} {ast.unparse(node.returns) if node.returns else ''}"
    yield node, function
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or (isinstance(node, ast.keyword) and node.arg in WORDS):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _sites(child, function)


def _changes(node: ast.AST, function: str) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[one]):
            yield from (ast.Compare(node.left, [other()], node.comparators) for other in TURNED.get(type(one), ()))
        case ast.BoolOp() | ast.UnaryOp() | ast.BinOp():
            yield from _operators(node, in_code=bool(function))
        case ast.Constant(value=bool() | int() | float()):
            yield from (ast.Constant(value) for value in _numbers(node.value))  # type: ignore[arg-type]
        case ast.Return(value=ast.AST()):
            yield from (ast.Return(value) for value in _returned(function))
        case ast.Call():
            yield from _calls(node)
        case ast.If() | ast.IfExp():
            yield from (_forced(node, always) for always in (True, False))
        case ast.comprehension() if node.ifs:
            yield ast.comprehension(node.target, node.iter, node.ifs[1:], node.is_async)


def _operators(node: ast.BoolOp | ast.UnaryOp | ast.BinOp, *, in_code: bool) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif type(node.op) in SWAPPED and in_code and not _is_text(node):  # outside of code `A | B` is a type
        yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)


def _numbers(value: float) -> list[float]:
    if isinstance(value, bool):
        return [not value]
    return [value + 1, value - 1] if isinstance(value, int) else [value / 2, value + 1]


def _returned(function: str) -> list[ast.expr]:
    annotation = function.partition(" ")[2]
    if annotation == "bool":
        return [ast.Constant(True), ast.Constant(False)]
    if annotation.startswith(("list", "tuple", "Sequence")):
        return [ast.List([], ast.Load())]
    return [] if annotation == "str" else [ast.Constant(None)]


def _calls(node: ast.Call) -> Iterator[ast.Call]:
    if isinstance(node.func, ast.Name) and node.func.id in EXTREMES:
        yield ast.Call(ast.Name(EXTREMES[node.func.id], ast.Load()), node.args, node.keywords)
    for keyword in node.keywords:
        if keyword.arg in DROPPED:
            yield ast.Call(node.func, node.args, [other for other in node.keywords if other is not keyword])


def _forced(node: ast.If | ast.IfExp, always: bool) -> ast.AST:
    forced = copy.copy(node)
    forced.test = ast.Constant(always)
    return forced


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _with(tree: ast.Module, node: ast.AST, changed: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(_rebuilt(tree, node, changed)))


def _rebuilt(here: ast.AST, node: ast.AST, changed: ast.AST) -> ast.AST:
    """The tree with one node exchanged; the tree itself stays as it is."""
    if here is node:
        return changed
    fields = {}
    for name, value in ast.iter_fields(here):
        if isinstance(value, list):
            fields[name] = [_rebuilt(item, node, changed) if isinstance(item, ast.AST) else item for item in value]
        else:
            fields[name] = _rebuilt(value, node, changed) if isinstance(value, ast.AST) else value
    return (
        ast.copy_location(type(here)(**fields), here)
        if isinstance(here, ast.expr | ast.stmt | ast.keyword)
        else type(here)(**fields)
    )


def _shown(node: ast.AST) -> str:
    """What decides in a piece of code, on one line."""
    match node:
        case ast.If() | ast.IfExp():
            return f"if {ast.unparse(node.test)}"
        case ast.comprehension():
            return f"for {ast.unparse(node.target)}{''.join(f' if {ast.unparse(test)}' for test in node.ifs)}"
        case ast.Call():
            text = "".join(
                f", {keyword.arg}={ast.unparse(keyword.value)}" for keyword in node.keywords if keyword.arg in DROPPED
            )
            return f"{ast.unparse(node.func)}(...{text})"
        case _:
            text = " ".join(ast.unparse(node).split())
            return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _shown_beside(node: ast.AST, changed: ast.AST) -> str:
    """The other piece of code; of a long one that begins alike its operator."""
    before, after = _shown(node), _shown(changed)
    if before != after:
        return after
    return type(getattr(changed, "op", None) or getattr(changed, "ops", [changed])[0]).__name__


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0) or getattr(getattr(node, "target", None), "lineno", 0))


class Copy:
    """A copy of the tree in which mistakes are made, and a warm process beside it that judges them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(HERE, root, ignore=IGNORED)
        os.chdir(root)
        sys.path[:0] = [str(root), str(root / "tests")]
        self.imports = _import_graph(root)
        _warm(root)

    def path(self, file: str) -> Path:
        return self.root / "privsynth" / file

    def judge(self, file: str, source: str | None, tests: Selection, seconds: int) -> tuple[str, float]:
        """How the tests end (passed, failed, time), and the CPU seconds of it. Without a source: the file as it is."""
        path, original = self.path(file), self.path(file).read_bytes()
        try:
            if source is not None:
                path.write_text(source, encoding="utf-8")
                for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                    compiled.unlink()
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            ended = self._forked(file, tests, seconds, is_mutant=source is not None)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return ended, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        finally:
            path.write_bytes(original)

    def _forked(self, file: str, tests: Selection, seconds: int, *, is_mutant: bool) -> str:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
                sys.dont_write_bytecode = is_mutant
                self._forget(f"privsynth.{file.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}")
                code = _run(tests, self.root / "said.txt")
            except BaseException:  # noqa: BLE001 - nothing may come out of a fork
                (self.root / "said.txt").write_text(traceback.format_exc())
            finally:
                os._exit(code)
        return _waited(child)

    def _forget(self, module: str) -> None:
        """The module and all that import it are loaded anew by whoever asks for them."""
        stale = {module}
        while more := {name for name, wanted in self.imports.items() if wanted & stale} - stale:
            stale |= more
        for name in stale & sys.modules.keys():
            parent, _, last = name.rpartition(".")
            if parent in sys.modules and hasattr(sys.modules[parent], last):
                delattr(sys.modules[parent], last)
            del sys.modules[name]


def _import_graph(root: Path) -> dict[str, set[str]]:
    """For each module of ours the modules of ours that it imports, anywhere in it."""
    imported = {}
    for path in (root / "privsynth").rglob("*.py"):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        nodes = [
            node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)
        ]
        imported[name] = {
            part
            for node in nodes
            for part in (node.module or "", *(f"{node.module}.{each.name}" for each in node.names))
        }
    return imported


def _warm(root: Path) -> None:
    """What takes long to import, once."""
    import importlib

    import pytest  # noqa: F401

    for name in (
        "numpy",
        "pandas",
        "pyarrow.parquet",
        "scipy.stats",
        "sklearn.ensemble",
        "sklearn.tree",
        "sklearn.neighbors",
        "duckdb",
    ):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from privsynth import api
    from privsynth.pii import missed_canaries

    if root not in Path(str(api.__file__)).parents:
        raise SystemExit("the copy is not what is imported")
    missed_canaries()


def _run(tests: Selection, output: Path) -> int:
    import pytest

    with output.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        for arguments in tests:
            code = int(pytest.main([*CALM, *arguments]))
            if code not in (0, 5):  # 5: nothing was selected
                return code
    return 0


def _waited(child: int) -> str:
    end = time.monotonic() + PATIENCE
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "time" if os.WIFSIGNALED(status) else "passed" if os.WEXITSTATUS(status) == 0 else "failed"
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.05)


@dataclass
class Count:
    """What came of the mutants of one file."""

    file: str
    made: int = 0
    tried: int = 0
    killed: int = 0
    equivalent: int = 0
    seconds: float = 0.0

    @property
    def survived(self) -> int:
        return self.tried - self.killed - self.equivalent

    @property
    def line(self) -> str:
        judged = self.tried - self.equivalent
        share = f"{self.killed / judged:.0%}" if judged else "-"
        return (
            f"| {self.file} | {self.made} | {self.tried} | {self.killed} | {self.survived} | {self.equivalent} |"
            f" {share} | {self.seconds:.0f} |"
        )


def survivors(report: str) -> set[str]:
    """The mutants that an earlier run names."""
    return {line.split(": ", 2)[2] for line in report.splitlines() if line.startswith("survived: ")}


def chosen(every: list[Mutant], again: set[str] | None, each: int | None, rng: random.Random) -> list[Mutant]:
    """Those that survived before, or so many of all."""
    if again is not None:
        return [mutant for mutant in every if mutant.name in again]
    return (
        every if each is None or len(every) <= each else sorted(rng.sample(every, each), key=lambda mutant: mutant.line)
    )


def examine(tree: Copy, file: str, choose: Callable[[list[Mutant]], list[Mutant]]) -> Count:
    """Some mutants of one file."""
    tests = (FIGURES, *tests_of(file))
    every = list(mutants(file, tree.path(file).read_text(encoding="utf-8")))
    ended, usual = tree.judge(file, None, tests, 3_600)
    if ended != "passed":
        print(f"{file}: its tests do not pass as it is\n{(tree.root / 'said.txt').read_text()[-2_000:]}", flush=True)
        return Count(file, made=len(every))
    count = Count(file, made=len(every))
    for mutant in choose(every):
        is_equivalent = EQUIVALENT.get(mutant.name)
        ended, seconds = (
            ("equivalent", 0.0) if is_equivalent else tree.judge(file, mutant.source, tests, round(20 + 3 * usual))
        )
        count.tried, count.seconds = count.tried + 1, count.seconds + seconds
        count.killed += ended in ("failed", "time")
        count.equivalent += ended == "equivalent"
        if ended == "passed":
            print(f"survived: line {mutant.line}: {mutant.name}", flush=True)
    return count


def table(counts: Sequence[Count]) -> str:
    total = Count("together")
    for count in counts:
        for name in ("made", "tried", "killed", "equivalent", "seconds"):
            setattr(total, name, getattr(total, name) + getattr(count, name))
    head = (
        "| file | mutants | tried | killed | survived | equivalent | killed of what can be | CPU s"
        " |\n|---|--:|--:|--:|--:|--:|--:|--:|"
    )
    return "\n".join((head, *(count.line for count in counts), total.line)) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=12, help="mutants of each file, drawn by the seed")
    parser.add_argument("--all", action="store_true", help="every mutant: hours")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="files of this list alone, such as gate/copies.py")
    parser.add_argument("--again", type=Path, help="what an earlier run said: only those that survived it")
    parser.add_argument("--out", type=Path, help="write the table here too")
    asked = parser.parse_args()
    out = asked.out.absolute() if asked.out else None
    package = HERE / "privsynth"
    paths = [path for folder in FOLDERS for path in sorted((package / folder).rglob("*.py"))]
    files = ["release.py", *(str(path.relative_to(package)) for path in paths)]
    again = None if asked.again is None else survivors(asked.again.read_text(encoding="utf-8"))
    counts: list[Count] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Copy(Path(folder) / "tree")
        for file in asked.only or files:
            if again is not None and not any(name.startswith(f"{file} ") for name in again):
                continue
            rng = random.Random(f"{asked.seed} {file}")  # noqa: S311 - a sample, no secret
            counts.append(
                examine(tree, file, lambda every, rng=rng: chosen(every, again, None if asked.all else asked.each, rng))
            )
            print(counts[-1].line, flush=True)
            if out:
                out.write_text(table(counts), encoding="utf-8")
        os.chdir("/")
    print(table(counts))


if __name__ == "__main__":
    main()
