"""What does the README say about speed: the table made from what `python -m benchmarks` measured."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.seconds import digits, written

TOP = Path(__file__).parents[1]
README = TOP / "README.md"
MEASURED = TOP / "benchmarks" / "results" / "measured.json"
BEGIN = "<!-- speed: made by `python -m pages` from benchmarks/results/measured.json -->"
END = "<!-- end of speed -->"
NOTHING = "Not measured yet."

COLUMNS = ("thalweg", "TensorFlow", "PyTorch", "JAX")
SEARCHES = ("thalweg", "SciPy", "JAX")
"""The rivals at fits and searches: SciPy by itself, and SciPy with functions and slopes that JAX compiled."""

FAMILIES = {"elementwise": COLUMNS[1:], "matrices": ("NumPy", *COLUMNS[1:])}
"""Groups whose rows differ in dtype and size alone, and have a small table of their own."""

IMPORTS = {
    "thalweg": "import thalweg",
    "TensorFlow": "import tensorflow",
    "PyTorch": "import torch",
    "JAX": "import jax.numpy",
}
ALONE = ("float32 128×784×128", "float64 512³")
"""The products on one thread that are told, beside NumPy's."""


def lacking(measured: Path = MEASURED) -> list[str]:
    """Why no table can be made; empty where one can, or where nothing was measured."""
    if measured.exists() and json.loads(measured.read_text(encoding="utf-8"))["quick"]:
        return [f"{measured.name} was measured with --quick, which shows nothing about speed"]
    return []


def made(readme: Path = README, measured: Path = MEASURED) -> str:
    """The whole README, with the part between the marks as it should be."""
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name} has lost one of its marks: {BEGIN} and {END}")
    said = NOTHING
    if measured.exists():
        said = speed(json.loads(measured.read_text(encoding="utf-8")))
    return f"{before}{BEGIN}\n\n{said}\n\n{END}{after}"


def speed(measured: dict[str, Any]) -> str:
    """Everything between the marks."""
    rows = measured["rows"]
    alone = measured["alone"]
    parts = [machine(measured["environment"])]
    works = [row for row in rows if row["group"] not in (*FAMILIES, "solvers")]
    lines = [work(row, COLUMNS) for row in works]
    if "start" in alone:
        lines.append(imports(alone["start"]))
    if lines:
        parts.append(table(["", *COLUMNS, "ratio"], lines))
    searches = [work(row, SEARCHES) for row in rows if row["group"] == "solvers"]
    if searches:
        head = ["fits and searches", "thalweg", "SciPy", "with JAX's functions", "ratio"]
        parts.append(table(head, searches))
    parts += [
        family(group, rows) for group in FAMILIES if any(one["group"] == group for one in rows)
    ]
    if "products" in alone:
        parts.append(one_thread(alone["products"]))
    parts += remarks(rows)
    return "\n\n".join(parts)


def machine(facts: dict[str, Any]) -> str:
    """On what and with what it was measured."""
    names = {
        "numpy": "NumPy", "scipy": "SciPy", "tensorflow_cpu": "TensorFlow", "torch": "PyTorch",
        "jax": "JAX",
    }  # fmt: skip
    versions = [
        f"{shown} {facts['versions'][name].partition('+')[0]}"
        for name, shown in names.items()
        if name in facts["versions"]
    ]
    return (
        f"Medians of rounds in which all take turns; {facts['processor']}, {facts['cores']} cores, "
        f"{facts['threads']} threads for all, {', '.join(versions)} (OpenBLAS kernel "
        f"{facts['numpy_kernel']}, `OPENBLAS_CORETYPE` "
        f"{facts['variables']['OPENBLAS_CORETYPE']}), {facts['date']}. Every peer is shown at its best, "
        "compiled or eager, in calls or in a loop. The ratio is the best peer's time over thalweg's, "
        "with its quartiles over the rounds: above 1, thalweg is quicker."
    )


def work(row: dict[str, Any], columns: Iterable[str]) -> list[str]:
    """A line of one of the large tables."""
    cells = [cell(row["rivals"], name) for name in columns]
    return [row["title"], *cells, ratio(row)]


def cell(rivals: dict[str, Any], library: str) -> str:
    """The quickest of a library's ways; or that all of them fail."""
    ways = [
        one
        for name, one in rivals.items()
        if name == library or (library != "thalweg" and name.startswith(f"{library},"))
    ]
    timed = [one for one in ways if "median" in one]
    if not timed:
        return "fails" if ways else "–"
    best = min(timed, key=lambda one: float(one["median"]))
    return written(best["median"]) + ("*" if "note" in best else "")


def ratio(row: dict[str, Any]) -> str:
    """`4.00 (3.9 to 4.1)`."""
    if "ratio" not in row:
        return "–"
    middle, low, high = (digits(row["ratio"][key]) for key in ("median", "low", "high"))
    return f"**{middle}** ({low} to {high})"


def imports(found: dict[str, Any]) -> list[str]:
    """The line about starting: the whole process, Python's and NumPy's own start included."""
    seconds = {name: found[key][0] for name, key in IMPORTS.items() if key in found}
    cells = [written(seconds[name]) if name in seconds else "–" for name in COLUMNS]
    peers = [value for name, value in seconds.items() if name != "thalweg"]
    last = f"**{digits(min(peers) / seconds['thalweg'])}**" if peers else "–"
    numpy = written(found["import numpy"][0])
    return [f"import, a process (NumPy alone {numpy})", *cells, last]


def family(group: str, rows: list[dict[str, Any]]) -> str:
    """A table with a column for each size: our time, and the ratio."""
    peers = ", ".join(FAMILIES[group])
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        if row["group"] == group:
            name, dtype, size = row["title"].split(", ")
            found.setdefault(f"{name}, {dtype}", {})[size] = row
    sizes = list(next(iter(found.values())))
    lines = []
    for name, by_size in found.items():
        lines.append([name, *(cell(by_size[size]["rivals"], "thalweg") for size in sizes)])
        lines.append([f"ratio to the best of {peers}", *(short(by_size[size]) for size in sizes)])
    return table(["", *(f"{int(size):,}".replace(",", " ") for size in sizes)], lines)


def short(row: dict[str, Any]) -> str:
    """The ratio without its spread, which the JSON has."""
    return f"**{digits(row['ratio']['median'])}**" if "ratio" in row else "–"


def one_thread(found: dict[str, Any]) -> str:
    """The sentence about products on one thread."""
    told = [
        f"{name} {written(found[name]['thalweg'])}, NumPy {written(found[name]['numpy'])}, "
        f"ratio **{digits(found[name]['ratio'])}**"
        for name in ALONE
    ]
    return f"Matrix products on one thread: {'; '.join(told)}."


def remarks(rows: list[dict[str, Any]]) -> list[str]:
    """What failed, and where, and what ran in another way than its column says."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for name, one in row["rivals"].items():
            if "failed" in one:
                found.setdefault(f"{name}: {plain(one['failed'])}", []).append(row["title"])
            elif "note" in one:
                found.setdefault(f"\\* {name}: {plain(one['note'])}", []).append(row["title"])
    lines = [f"- {what} ({'; '.join(titles)})" for what, titles in found.items()]
    return ["Left out, or not as the column says:\n\n" + "\n".join(lines)] if lines else []


def plain(text: str) -> str:
    """A message as one short line that Markdown leaves alone."""
    clean = re.sub(r"[`|<>*_\\]", " ", text)
    words = re.sub(r"\S*/\S*/\S+", "…", clean).split()
    line = " ".join(words)
    return line if len(line) <= 120 else f"{line[:119]}…"


def table(head: list[str], lines: Iterable[list[str]]) -> str:
    """Markdown's, numbers to the right."""
    marks = ["---", *(["--:"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(one)} |" for one in [head, marks, *lines])
