"""Writes the lists of docs/numpy.md from the classes of NumPy's names: `python tests/numpy_functions/page_of_names.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thalweg.values.numpy_names import NO_GRADIENT, REFUSED, SUPPORTED, classes

PAGE = Path(__file__).parents[2] / "docs" / "numpy.md"
START, END = "<!-- lists: written by page_of_names.py -->", "<!-- end of lists -->"
HEADS = {
    SUPPORTED: "Supported: the gradient passes",
    NO_GRADIENT: "Not differentiable, and why",
    REFUSED: "Refused, and what to use instead",
}


def counts() -> str:
    """The table of counts."""
    said = classes()
    rows = []
    for kind in HEADS:
        names = [name for name, (own, _) in said.items() if own == kind]
        linalg = sum(name.startswith("linalg.") for name in names)
        rows.append(f"| {kind} | {len(names) - linalg} | {linalg} |")
    whole = len(said)
    linalg = sum(name.startswith("linalg.") for name in said)
    head = "| | `numpy` | `numpy.linalg` |\n|---|--:|--:|\n"
    return head + "\n".join([*rows, f"| all callables | {whole - linalg} | {linalg} |"])


def lists() -> str:
    """Counts and lists, as they stand on the page."""
    said = classes()
    parts = [f"Of NumPy {np.__version__}, `numpy.__all__` and `numpy.linalg.__all__`:", counts()]
    for kind, head in HEADS.items():
        parts.append(f"### {head}")
        names = {name: words for name, (own, words) in said.items() if own == kind}
        if kind == SUPPORTED:
            parts.append(" ".join(f"`{name}`" for name in names))
        elif kind == REFUSED:
            parts.append("\n".join(f"- `{name}`: {words}" for name, words in names.items()))
        else:
            for reason in sorted(set(names.values())):
                own = " ".join(f"`{name}`" for name, words in names.items() if words == reason)
                parts.append(f"- {reason}: {own}")
    return "\n\n".join(parts)


def written(page: str) -> str:
    """The page with the lists as they are now."""
    before, rest = page.split(START)
    return f"{before}{START}\n\n{lists()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
