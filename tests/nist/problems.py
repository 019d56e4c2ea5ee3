"""NIST's certified problems as data: formula, both starts, certified results, measurements.

`example_problems()` reads the nine CSV files that the examples ship, `all_problems()` all 27 of the
collection as NIST published them (see data/README.md). Both parsers read numbers as text and
convert them here, so that they can also show that the CSV files say what NIST's say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nist.formulas import FORMULAS
from thalweg.data.table import Table, read_table

__all__ = ["CSV_FOLDER", "DAT_FOLDER", "Problem", "all_problems", "example_problems", "read_dat"]

DAT_FOLDER = Path(__file__).parent / "data"
CSV_FOLDER = Path(__file__).parents[2] / "examples" / "nist"


@dataclass(frozen=True)
class Problem:
    """One dataset of the collection.

    Attributes:
        name: NIST's name of it.
        level: NIST's level of difficulty: "Lower", "Average" or "Higher".
        formula: the model in thalweg's syntax.
        starts: NIST's two starting points, the farther one first.
        certified: the certified parameters, 11 digits.
        stderr: their certified standard deviations.
        rss: the certified residual sum of squares.
        rsd: the certified residual standard deviation.
        dof: degrees of freedom, rows less parameters (Rat43's file prints 9 for its 11).
        table: the measurements.
    """

    name: str
    level: str
    formula: str
    starts: tuple[dict[str, float], dict[str, float]]
    certified: dict[str, float]
    stderr: dict[str, float]
    rss: float
    rsd: float
    dof: int
    table: Table

    @property
    def y(self) -> np.ndarray:
        """The response as measured (Nelson's model is of its logarithm)."""
        return self.table["y"]

    @property
    def x(self) -> dict[str, np.ndarray]:
        """The predictors by name."""
        return {name: self.table[name] for name in self.table.names if name != "y"}


def all_problems() -> list[Problem]:
    """Returns all 27 problems, from NIST's own files, in the order of their names."""
    return [read_dat(DAT_FOLDER / f"{name}.dat") for name in FORMULAS]


def example_problems() -> list[Problem]:
    """Returns the nine problems of the examples, from their CSV files."""
    return [_read_csv(path) for path in sorted(CSV_FOLDER.glob("*.csv"))]


_PARAMETER = re.compile(r"^ +(b\d) = +(\S+) +(\S+) +(\S+) +(\S+)$", re.MULTILINE)


def read_dat(path: Path) -> Problem:
    """Reads a file as NIST published it."""
    text = path.read_text(encoding="ascii")
    lines = text.splitlines()
    parameters = _PARAMETER.findall(text)
    names = lines[59].split()[1:]
    rows = [line.split() for line in lines[60:] if line.strip()]
    matrix = np.array(rows, np.float64)
    assert len(rows) == int(_after(r"Number of Observations: +(\d+)", text))
    first, second, certified, stderr = (
        {row[0]: float(row[place]) for row in parameters} for place in (1, 2, 3, 4)
    )
    return Problem(
        name=path.stem,
        level=_after(r"(\w+) Level of Difficulty", text),
        formula=FORMULAS[path.stem],
        starts=(first, second),
        certified=certified,
        stderr=stderr,
        rss=float(_after(r"Residual Sum of Squares: +(\S+)", text)),
        rsd=float(_after(r"Residual Standard Deviation: +(\S+)", text)),
        dof=len(rows) - len(parameters),
        table=Table(
            names=tuple(names),
            columns={name: matrix[:, place].copy() for place, name in enumerate(names)},
            file=str(path),
        ),
    )


def _read_csv(path: Path) -> Problem:
    """Reads one of the example files: its comments for the problem, its table for the data."""
    head: dict[str, str] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith("# ") and ": " in line:
            key, _, value = line[2:].partition(": ")
            head[key] = value
    return Problem(
        name=head["Dataset"],
        level=head["Level of difficulty"],
        formula=head["Model"],
        starts=(_assignments(head["Start 1"]), _assignments(head["Start 2"])),
        certified=_assignments(head["Certified parameters"]),
        stderr=_assignments(head["Certified standard deviations"]),
        rss=float(head["Certified residual sum of squares"]),
        rsd=float(head["Certified residual standard deviation"]),
        dof=int(head["Degrees of freedom"]),
        table=read_table(path),
    )


def _assignments(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in (word.split("=") for word in text.split())}


def _after(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found.group(1)
