"""How the package is written: what ruff and mypy do not hold, and every reader relies on."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "privsynth"
FEW = 4  # fields that may all be given by position
LEADING = 3  # fields of a larger class that may, if no two have the same type
POSITIONAL = 5  # parameters of a function that may be given by position

# Not yet so: these numbers only fall.
BY_POSITION, LONG_SIGNATURES = 22, 18


@cache
def modules() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for file, tree in modules().items():
        yield from ((file, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for file, tree in modules().items():
        yield from ((file, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_each_class_has_a_name_of_its_own() -> None:
    """A saved model names classes, and so do people."""
    files = defaultdict(list)
    for file, node in classes():
        files[node.name].append(file)
    assert {name: where for name, where in files.items() if len(where) > 1} == {}


def dataclass_call(node: ast.ClassDef) -> ast.expr | None:
    """The decorator that makes the class a dataclass."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Name) and called.id == "dataclass":
            return decorator
    return None


def is_keyword_only(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and any(
        keyword.arg == "kw_only" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in decorator.keywords
    )


def fields(node: ast.ClassDef) -> tuple[list[str], int]:
    """The types of the fields that are given by position, and the number of all fields."""
    positional: list[str] = []
    count, by_keyword = 0, False
    for line in node.body:
        if not isinstance(line, ast.AnnAssign):
            continue
        kind, value = ast.unparse(line.annotation), ast.unparse(line.value) if line.value else ""
        if kind == "KW_ONLY":
            by_keyword = True
        elif not kind.startswith("ClassVar") and "init=False" not in value:
            count += 1
            if not (by_keyword or "kw_only=True" in value):
                positional.append(kind)
    return positional, count


def many_by_position() -> list[str]:
    wrong = []
    for file, node in classes():
        decorator = dataclass_call(node)
        positional, count = fields(node)
        if decorator is None or is_keyword_only(decorator) or count <= FEW:
            continue
        if len(positional) > LEADING or len(set(positional)) < len(positional):
            wrong.append(f"{file} {node.name}")
    return wrong


def test_classes_of_many_fields_take_them_by_keyword() -> None:
    """So that no two of them are exchanged by mistake."""
    assert len(many_by_position()) <= BY_POSITION, many_by_position()


def by_position(node: ast.FunctionDef) -> list[str]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def takes_many() -> list[str]:
    """Without the verbs of the command line, whose words typer hands over by name."""
    long = (each for each in functions() if len(by_position(each[1])) > POSITIONAL)
    return [f"{file} {node.name}" for file, node in long if not file.startswith("cli/verbs/")]


def test_no_function_takes_more_than_five_by_position() -> None:
    assert len(takes_many()) <= LONG_SIGNATURES, takes_many()


def test_arrays_have_one_name() -> None:
    """`privsynth.typing.Array`."""
    wrong = []
    for file, tree in modules().items():
        subscripts = (node for node in ast.walk(tree) if isinstance(node, ast.Subscript))
        if file != "typing.py" and any(ast.unparse(node) == "np.ndarray[Any, Any]" for node in subscripts):
            wrong.append(file)
    assert wrong == []


def test_mutants_of_every_gate_meet_tests_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what bench/mutants.py runs against a file, nothing may be left out unseen."""
    monkeypatch.syspath_prepend(PACKAGE.parent / "bench")
    mutants = importlib.import_module("mutants")
    places = {stage[0] for selection in mutants.TESTS.values() for stage in selection}
    assert [place for place in sorted(places) if not (PACKAGE.parent / place).exists()] == []
    assert [file for file in mutants.TESTS if not (PACKAGE / file).exists()] == []


def test_each_file_of_tests_has_a_name_of_its_own() -> None:
    """Outside of packages pytest takes two files of one name for the same, and leaves out one."""
    names = Counter(path.name for path in Path(__file__).parent.rglob("*.py") if not is_in_package(path))
    assert [name for name, count in names.items() if count > 1 and name != "conftest.py"] == []


def is_in_package(path: Path) -> bool:
    return (path.parent / "__init__.py").exists()


@pytest.mark.parametrize("path", sorted((PACKAGE.parent / "bench").glob("*.py")), ids=lambda path: path.stem)
def test_what_a_bench_takes_from_the_package_is_there(path: Path) -> None:
    """They are run by hand and far apart: a name that was changed is noticed here."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("privsynth"):
            module = importlib.import_module(node.module or "")
            for each in node.names:
                assert hasattr(module, each.name) or importlib.util.find_spec(f"{node.module}.{each.name}"), each.name
