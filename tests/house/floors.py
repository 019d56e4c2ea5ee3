"""What does each module of a package import, and which of these imports climb the floors?

The floors are the fenced block under "## Floors" in `docs/architecture.md`, highest first. Nothing is
imported here: the files are read and parsed, so a module that cannot be imported is checked too.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

FACE = "__init__.py"

_FLOORS_BLOCK = re.compile(r"^## Floors\n.*?^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROOM = re.compile(r"\w+(?:/|\.py)$")


@dataclass(frozen=True)
class Import:
    """One import: the importing module, the module that it names, and the line."""

    module: str
    target: str
    line: int


def read_floors(markdown: str) -> dict[str, int]:
    """Return each room's floor, counted from 0 at the bottom.

    A line of the block names rooms ("ops/", "errors.py") until the first word that is not one; what
    follows describes them.
    """
    found = _FLOORS_BLOCK.search(markdown)
    if found is None:
        raise ValueError("no fenced block under the heading '## Floors'")
    floors: dict[str, int] = {}
    for floor, line in enumerate(reversed(found.group(1).strip().splitlines())):
        for word in line.split():
            if not _ROOM.match(word):
                break
            if word in floors:
                raise ValueError(f"{word} stands on two floors")
            floors[word] = floor
    return floors


def read_modules(package: Path) -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    modules = {}
    for file in sorted(package.rglob("*.py")):
        parts = list(file.relative_to(package.parent).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        modules[".".join(parts)] = file
    return modules


def room_of(module: str, modules: dict[str, Path]) -> str:
    """Return the room a module belongs to: a folder, a file beside the face, or the face."""
    parts = module.split(".")
    if len(parts) == 1:
        return FACE
    is_folder = modules.get(".".join(parts[:2]), Path()).name == FACE
    return parts[1] + ("/" if is_folder or len(parts) > 2 else ".py")


class _Walk(ast.NodeVisitor):
    """Collect the imports of one module, in functions too, without those for type checkers."""

    def __init__(self, module: str, file: Path, modules: dict[str, Path]) -> None:
        self.module = module
        self.package = module if file.name == FACE else module.rpartition(".")[0]
        self.modules = modules
        self.root = module.split(".")[0]
        self.imports: list[Import] = []
        self.unreadable: list[int] = []

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" in (ast.unparse(node.test).split(".")):
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        origin = self._absolute(node.level, node.module or "")
        for alias in node.names:
            inner = f"{origin}.{alias.name}"
            self._add(inner if inner in self.modules else origin, node.lineno)

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func).split(".")[-1]
        if name in {"import_module", "__import__"} and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                level = len(first.value) - len(first.value.lstrip("."))
                self._add(self._absolute(level, first.value.lstrip(".")), node.lineno)
            else:
                self.unreadable.append(node.lineno)
        self.generic_visit(node)

    def _absolute(self, level: int, name: str) -> str:
        if level == 0:
            return name
        origin = self.package.split(".")
        origin = origin[: len(origin) - (level - 1)]
        return ".".join([*origin, name] if name else origin)

    def _add(self, target: str, line: int) -> None:
        if target.split(".")[0] != self.root:
            return
        # `import a.b.c` may end in a name that is not a module: the nearest module is meant.
        while target not in self.modules and "." in target:
            target = target.rpartition(".")[0]
        if target in self.modules and target != self.module:
            self.imports.append(Import(self.module, target, line))


def _walk(module: str, modules: dict[str, Path]) -> _Walk:
    walk = _Walk(module, modules[module], modules)
    walk.visit(ast.parse(modules[module].read_text(encoding="utf-8")))
    return walk


def find_climbs(package: Path, floors: dict[str, int]) -> list[str]:
    """Return one line for each import that does not go down, and for each unknown room."""
    modules = read_modules(package)
    rooms = {module: room_of(module, modules) for module in modules}
    faults = [
        f"{room} is not among the floors"
        for room in sorted(set(rooms.values()) - set(floors) - {FACE})
    ]
    for module, room in rooms.items():
        if room == FACE or room not in floors:
            continue
        walk = _walk(module, modules)
        faults += [f"{module}:{line} imports what no reader can see" for line in walk.unreadable]
        for found in walk.imports:
            target = rooms[found.target]
            if target == room or (target in floors and floors[target] < floors[room]):
                continue
            faults.append(
                f"{module}:{found.line} imports {found.target}: {room} is not above {target}"
            )
    return faults


def find_cycle(package: Path) -> list[str]:
    """Return the modules of one import cycle, first and last the same; empty where there is none.

    A module's import of the package that it lives in is no edge: Python runs that package's
    `__init__` before the module in any case.
    """
    modules = read_modules(package)
    graph = {
        module: {
            found.target
            for found in _walk(module, modules).imports
            if not f"{module}.".startswith(f"{found.target}.")
        }
        for module in modules
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        return list(cycle.args[1])
    return []
