"""A file answers one question and its name is the answer; what is public is typed and explained."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "thalweg"
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
NAMES_THAT_SAY_NO_TOPIC = {
    "base",
    "common",
    "core",
    "helper",
    "helpers",
    "misc",
    "stuff",
    "util",
    "utils",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def lines_of_code(function: Function) -> int:
    """Count a function's lines without its docstring, which may be as long as it needs to be."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= docstring.end_lineno - docstring.lineno + 1
    return lines


def unannotated(function: Function, in_class: bool) -> list[str]:
    """Return the parameters without a type, `self` and `cls` aside."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    is_static = any(ast.unparse(d) == "staticmethod" for d in function.decorator_list)
    if in_class and not is_static:
        positional = positional[1:]
    rest = [a for a in (given.vararg, given.kwarg) if a is not None]
    return [a.arg for a in [*positional, *given.kwonlyargs, *rest] if a.annotation is None]


def sizes(file: Path) -> list[str]:
    """Return what is too long in one file, or badly named."""
    text = file.read_text(encoding="utf-8")
    faults = []
    if text.count("\n") > LONGEST_FILE:
        faults.append(f"{text.count(chr(10))} lines: look for the second question in it")
    if file.stem in NAMES_THAT_SAY_NO_TOPIC:
        faults.append("a name that says no topic")
    faults += [
        f"{f.name} has {lines_of_code(f)} lines"
        for f in functions(ast.parse(text))
        if lines_of_code(f) > LONGEST_FUNCTION
    ]
    return faults


def words(file: Path) -> list[str]:
    """Return what one file leaves untyped or unexplained."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    faults = [] if ast.get_docstring(tree) else ["no docstring on the module"]
    methods = {
        id(f)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for f in node.body
        if isinstance(f, Function)
    }
    for f in functions(tree):
        faults += [f"{f.name}: {name} has no type" for name in unannotated(f, id(f) in methods)]
        if f.returns is None:
            faults.append(f"{f.name}: no return type")
    return faults


def of_the_package(check) -> dict[str, list[str]]:
    found = {str(f.relative_to(PACKAGE)): check(f) for f in sorted(PACKAGE.rglob("*.py"))}
    return {file: faults for file, faults in found.items() if faults}


def test_files_and_functions_are_short_and_named():
    assert of_the_package(sizes) == {}


def test_modules_are_explained_and_functions_typed():
    assert of_the_package(words) == {}


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("long.py", "x = 1\n" * 401, "401 lines: look for the second question in it"),
        ("utils.py", "", "a name that says no topic"),
        ("f.py", "class A:\n  def f(self):\n" + "    pass\n" * 60, "f has 61 lines"),
        ("g.py", "async def g():\n" + "    pass\n" * 60, "g has 61 lines"),
    ],
)
def test_a_planted_size_is_found(tmp_path, name, text, fault):
    file = tmp_path / name
    file.write_text(text)
    assert sizes(file) == [fault]


def test_a_docstring_does_not_count_as_code(tmp_path):
    file = tmp_path / "f.py"
    file.write_text("def f():\n    '''One.\n" + "\n" * 90 + "    '''\n    return 1\n")
    assert sizes(file) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no docstring on the module"),
        ("'''M.'''\ndef f(a) -> None: ...", "f: a has no type"),
        ("'''M.'''\ndef f(*a) -> None: ...", "f: a has no type"),
        ("'''M.'''\ndef f(*, a, **k: int) -> None: ...", "f: a has no type"),
        ("'''M.'''\nclass A:\n  def f(self, a) -> None: ...", "f: a has no type"),
        ("'''M.'''\nclass A:\n  @staticmethod\n  def f(a) -> None: ...", "f: a has no type"),
        ("'''M.'''\ndef f(a: int): ...", "f: no return type"),
    ],
)
def test_a_planted_silence_is_found(tmp_path, text, fault):
    file = tmp_path / "f.py"
    file.write_text(text)
    assert words(file) == [fault]
