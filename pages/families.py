"""Which file do an op and a composite come from, and what holds for all of that file?

A family is a module that defines rows or composites. What it imports from another family is that
family's own.
"""

from __future__ import annotations

import ast
import functools
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import thalweg  # noqa: F401  # reads the families, and so fills the two tables
from thalweg.core.composite import COMPOSITES, Composite
from thalweg.core.op import TABLE, Op


@dataclass
class Family:
    """One file of the table.

    Attributes:
        module: its dotted name.
        title: the first line of its docstring.
        source: its `SOURCE`, which holds for the rows and composites that state none.
        ops: its rows, in the order of the table.
        composites: its functions made of ops, in the order of reading.
    """

    module: str
    title: str
    source: str
    ops: list[Op] = field(default_factory=list)
    composites: list[Composite] = field(default_factory=list)

    @property
    def members(self) -> list[Op | Composite]:
        """Both, rows first."""
        return [*self.ops, *self.composites]

    @property
    def name(self) -> str:
        """The file's own name, which is the page's too."""
        return self.module.rpartition(".")[2]

    @property
    def file(self) -> str:
        """The file, from the top of the checkout."""
        return f"src/{self.module.replace('.', '/')}.py"


def families() -> list[Family]:
    """Every family that has rows or composites, by name."""
    found: dict[str, Family] = {}
    for op in TABLE.values():
        _family(module_of(op), found).ops.append(op)
    for made in COMPOSITES.values():
        _family(made.function.__module__, found).composites.append(made)
    return sorted(found.values(), key=lambda family: family.name)


def module_of(op: Op) -> str:
    """The module that made a row: the one that holds it without having imported it."""
    places = _places()
    if id(op) in places:
        return places[id(op)]
    functions = [op.kernel, *op.vjp.values(), *op.jvp.values()]
    for module in [getattr(function, "__module__", None) for function in functions]:
        if module and module.startswith("thalweg.ops."):
            return str(module)
    raise LookupError(f"{op.name}: no module of thalweg.ops holds it; give it a name in its file")


def _family(module: str, found: dict[str, Family]) -> Family:
    if module not in found:
        text = sys.modules[module]
        title = (text.__doc__ or "").partition("\n")[0]
        found[module] = Family(module, title, getattr(text, "SOURCE", ""))
    return found[module]


@functools.cache
def _places() -> dict[int, str]:
    """From each row, by identity, to the module that names it first without importing it."""
    found: dict[int, str] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("thalweg.ops.") and module.__file__:
            own = _rows(vars(module), _imported(module))
            for op in own:
                found.setdefault(id(op), name)
    return found


def _rows(names: dict[str, Any], imported: frozenset[str]) -> list[Op]:
    return [
        value for name, value in names.items() if isinstance(value, Op) and name not in imported
    ]


def _imported(module: ModuleType) -> frozenset[str]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    return frozenset(
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )
