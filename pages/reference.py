"""What are the pages of the reference: one for each family, and an index by name?"""

from __future__ import annotations

from pages.families import Family
from pages.sections import composite_section, formula, key, op_section
from thalweg.core.composite import Composite
from thalweg.core.op import Op

FOLDER = "reference"
INDEX = "README.md"
MADE = "<!-- Made by `python -m pages` from the op table. Change the row, not this page. -->"
HOW_TO_READ = """\
Every op of thalweg: what it computes, its gradient rule, its tangent rule, what it answers at hard
points, and where that comes from. `python -m pages` makes these pages from the rows in
`src/thalweg/ops` and stops with a line that names the op if a row leaves one of these out; the tests
make them again and compare.

How to read a page:

- Names stand in TensorFlow's words below `tw`; NumPy's functions behind them come to the same row when
  a Tensor is among their arguments.
- A **gradient rule** is the row's own code. `g` is the cotangent of the answer, `ans` the answer, and
  a name with `_shape` the shape of an input. What was broadcast is summed up again afterwards, and
  complex rules of holomorphic functions are conjugated; rules do not mention either.
- A **tangent rule** carries derivatives forward; there `g` is the tangent of the input.
- Points in the **tables** are those that the tests read from the row: the value and, for a cotangent
  of ones, the gradient by each input, in float64 and float32 unless one is named.
- **Strong zero**: where the local derivative is infinite or NaN, a cotangent of exactly 0 stays 0, so
  that a branch that was not taken cannot poison a gradient with 0·∞. `GradientTape(strict=True)` turns
  it off.
- "Linear" and "smooth everywhere" follow from the row: a linear map has no hard points.
- **Machine code** says whether `tw.function` and whatever else compiles has instructions for the op, for
  arrays of float32, float64, int32, int64 and truth values, or why one such call keeps a function in
  Python. A call whose numbers the instructions are not for (a place that is not there, a matrix without
  an inverse) is made again by Python, with its answer or its error.
- **Source** "definition" says that the formula is the function's own definition and that the rule
  follows from it by the sum, product and chain rules. That a rule is right does not rest on its source:
  the tests hold each one against complex steps, differences and second order.
- Functions **made of ops** have no rule of their own; what stands there is their body.

DLMF is the NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov.
"""


def reference(families: list[Family]) -> dict[str, str]:
    """The pages by their path below `docs/`."""
    links = _links(families)
    pages = {f"{FOLDER}/{INDEX}": _index(families, links)}
    for family in families:
        pages[f"{FOLDER}/{family.name}.md"] = _page(family, links)
    return pages


def _links(families: list[Family]) -> dict[str, str]:
    """Where each op and composite stands: page and heading, counted as Markdown's readers count."""
    found = {}
    for family in families:
        seen: dict[str, int] = {}
        for one in family.members:
            again = seen.get(one.name, 0)
            seen[one.name] = again + 1
            found[key(one)] = f"{family.name}.md#{one.name}{f'-{again}' if again else ''}"
    return found


def _page(family: Family, links: dict[str, str]) -> str:
    public = [op for op in family.ops if op.public or op.numpy]
    inner = [op for op in family.ops if op not in public]
    parts = [
        f"{MADE}\n\n# {family.title.rstrip('.')}",
        f"From [`{family.file}`](../../{family.file}). [All names]({INDEX}).",
    ]
    for title, ops in (("Ops", public), ("Ops inside rules and functions", inner)):
        if ops:
            parts += [f"## {title}", *[op_section(op, family) for op in ops]]
    if family.composites:
        parts.append("## Made of ops")
        parts += [composite_section(one, family, links) for one in family.composites]
    return "\n\n".join(parts) + "\n"


def _index(families: list[Family], links: dict[str, str]) -> str:
    everything = [one for family in families for one in family.members]
    named = [(name, one) for one in everything for name in one.public.split()]
    named.sort(key=lambda pair: pair[0])
    inner = sorted(
        (one for one in everything if isinstance(one, Op) and not one.public),
        key=lambda op: op.name,
    )
    parts = [f"{MADE}\n\n# Reference", HOW_TO_READ.rstrip(), "## Families"]
    parts.append("\n".join(_told(one) for one in families))
    parts.append(f"## Names\n\n{len(named)} names of {len(everything) - len(inner)} functions.")
    parts.append(_table([(f"tw.{name}", one) for name, one in named], links))
    parts.append("## Without machine code\n\n" + _in_python(everything))
    parts.append(
        f"## Ops without a name under `tw`\n\n{len(inner)} ops that NumPy's functions, rules and "
        "functions made of ops come to."
    )
    parts.append(_table([(op.name, op) for op in inner], links))
    return "\n\n".join(parts) + "\n"


def _in_python(everything: list[Op | Composite]) -> str:
    """A line for each reason, with the ops that it holds for."""
    reasons: dict[str, list[str]] = {}
    for one in everything:
        if isinstance(one, Op) and isinstance(one.native, str):
            reasons.setdefault(one.native, []).append(f"`{one.name}`")
    lines = [f"- {', '.join(sorted(names))}: {why}." for why, names in sorted(reasons.items())]
    return "\n".join(lines)


def _told(family: Family) -> str:
    topic, colon, rest = family.title.rstrip(".").partition(": ")
    return f"- [{topic}]({family.name}.md){colon}{rest}"


def _table(rows: list[tuple[str, Op | Composite]], links: dict[str, str]) -> str:
    lines = ["| name | formula |", "|---|---|"]
    for name, one in rows:
        told = formula(one).replace("|", "\\|")
        lines.append(f"| [`{name}`]({links[key(one)]}) | {told} |")
    return "\n".join(lines)
