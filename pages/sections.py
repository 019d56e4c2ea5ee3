"""How does one op, or one function made of ops, stand on its page?"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import numpy as np

from pages.families import Family
from pages.hard_points import convention, point_row
from pages.rule_text import RuleText, is_private, referred, rule_text
from thalweg.core.composite import Composite
from thalweg.core.op import TABLE, Op

OPERATORS = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide",
    ast.Pow: "power", ast.MatMult: "matmul",
}  # fmt: skip
COLUMNS = "| at | value | gradient | |\n|---|---|---|---|"


def op_section(op: Op, family: Family) -> str:
    """A row: names, formula, rules, hard points, source."""
    facts = [f"- Formula: {op.formula}"]
    blocks: list[RuleText] = []
    if op.severs:
        facts.append(f"- Gradient: none; {op.severs}")
    else:
        facts += [f"- Gradient by `{name}`: {_rule(op.vjp[name], blocks)}" for name in op.reverse]
        without = [f"`{name}`" for name in op.input_names if name not in op.reverse]
        if without:
            facts.append(f"- Carries no gradient: {', '.join(without)}")
        facts += [f"- Tangent{line}" for line in _tangents(op, blocks)]
        facts += [f"- Complex numbers: {line}" for line in _complex(op)]
    facts += _with(blocks)
    said = convention(op)
    if said:
        facts.append(f"- Hard points: {' '.join(said)}")
    facts.append(f"- Machine code: {machine_code(op)}")
    facts.append(f"- Source: {source_of(op, family)}")
    parts = [f"### {op.name}", _names(op), "\n".join(facts), *[_fenced(one) for one in blocks]]
    if op.special:
        rows = [
            "| " + " | ".join(_cell(one) for one in point_row(op, p)) + " |" for p in op.special
        ]
        parts.append("\n".join([COLUMNS, *rows]))
    return "\n\n".join(parts)


def machine_code(op: Op) -> str:
    """Whether a row has machine code, and if not, why."""
    return f"no: {op.native}" if isinstance(op.native, str) else "yes"


def composite_section(made: Composite, family: Family, links: dict[str, str]) -> str:
    """A function made of ops: names, what it computes, its lines, its parts."""
    text = rule_text(made.function)
    parts = ", ".join(f"[{one.name}]({links[key(one)]})" for one in parts_of(made))
    facts = [
        f"- Formula: {formula(made)}",
        f"- Gradient and tangent: by the chain rule, through {parts or 'nothing'}",
        f"- Hard points: {' '.join([*_said(made), 'As its parts have them.'])}",
        f"- Source: {source_of(made, family)}",
    ]
    names = made.public.split()
    body = text.lines or f"def {made.name}({text.arguments}):\n    return {text.expression}"
    numpys = "".join(f"; `{name}`" for name in numpy_names(made.numpy))
    first = f"`tw.{names[0]}({_listed(inspect.signature(made.eager))})`"
    also = "".join(f"; `tw.{name}`" for name in names[1:])
    return "\n\n".join(
        [f"### {made.name}", first + also + numpys, "\n".join(facts), f"```python\n{body}\n```"]
    )


def _said(made: Composite) -> list[str]:
    """What a composite's text says between its first line and its arguments."""
    _, _, rest = inspect.cleandoc(made.__doc__ or "").partition("\n")
    paragraphs = [" ".join(part.split()) for part in rest.split("\n\n")]
    said = []
    for part in paragraphs:
        if part.startswith(("Args:", "Returns:", "Raises:", "Source:", ">>>")):
            break
        said += [part] if part else []
    return said


def source_of(one: Op | Composite, family: Family) -> str:
    """A row's source, or its file's. A composite's text may name one; else its parts name theirs."""
    if isinstance(one, Op):
        return one.source or family.source
    named = re.search(r"^Source: (.+?)\.?$", inspect.cleandoc(one.__doc__ or ""), re.MULTILINE)
    return named.group(1) if named else family.source or "definition; its parts name theirs"


def key(one: Op | Composite) -> str:
    """What tells a row from a composite of the same name."""
    return f"{'op' if isinstance(one, Op) else 'composite'} {one.name}"


def formula(one: Op | Composite) -> str:
    """A row's formula; of a composite the first line of its text, which says it."""
    if isinstance(one, Op):
        return one.formula
    return inspect.cleandoc(one.__doc__ or "").partition("\n")[0].rstrip(".")


def parts_of(made: Composite) -> list[Op | Composite]:
    """The rows and composites that a composite's body uses, through its private functions too."""
    found: dict[str, Op | Composite] = {}
    seen: set[Any] = set()

    def walk(function: FunctionType) -> None:
        seen.add(function)
        for one in referred(function):
            if isinstance(one, Op | Composite):
                if one is not made:
                    found.setdefault(key(one), one)
            elif isinstance(one, FunctionType) and one not in seen and _is_ours(one):
                walk(one)

    walk(_function(made))
    if not found:  # where sizes are reckoned with too, operators do not say that arrays are
        found = {key(one): one for one in _operators(made)}
    return sorted(found.values(), key=key)


def _function(made: Composite) -> FunctionType:
    assert isinstance(made.function, FunctionType), made.name  # noqa: S101 # a composite decorates a def
    return made.function


def _operators(made: Composite) -> Iterator[Op]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(_function(made))))
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            yield TABLE[OPERATORS[type(node.op)]]


def _listed(signature: inspect.Signature, without: str = "") -> str:
    """A signature in one line."""
    return ", ".join(_parameter(p) for p in signature.parameters.values() if p.name != without)


def numpy_names(given: Any) -> list[str]:
    """The names of NumPy's functions that come to a row."""
    return [_numpy_name(function) for function in given]


def _names(op: Op) -> str:
    names = op.public.split()
    numpys = [f"`{name}`" for name in numpy_names(op.numpy)]
    if not names:
        return "; ".join(
            [*numpys, f"inside thalweg `{op.name}({_listed(op.signature(), 'name')})`"]
        )
    first = f"`tw.{names[0]}({_listed(op.signature())})`"
    return "; ".join([first, *[f"`tw.{name}`" for name in names[1:]], *numpys])


def _rule(function: Any, blocks: list[RuleText]) -> str:
    text = rule_text(function)
    for one in text.helpers:
        if one not in blocks:
            blocks.append(one)
    given = f" with {', '.join(f'`{one}`' for one in text.given)}" if text.given else ""
    if text.expression:
        return f"`{text.expression}`{given}"
    if text not in blocks:
        blocks.append(text)
    return f"`{text.name}({text.arguments})`, below{given}"


def _tangents(op: Op, blocks: list[RuleText]) -> Iterator[str]:
    named = {name: op.jvp[name] for name in op.forward}
    yield from (f" of `{name}`: {_rule(rule, blocks)}" for name, rule in named.items())
    rest = [f"`{name}`" for name in op.reverse if name not in named]
    if not rest:
        return
    if op.elementwise and not (op.linear and not op.holomorphic):
        yield ": place by place, by the same rule"
    elif op.linear_names:
        yield f": the op itself, of the tangent of {' and '.join(rest)}"
    else:
        yield f": the op itself, of the tangent of {' plus that of '.join(rest)}"


def _complex(op: Op) -> Iterator[str]:
    if op.real_values:
        yield "complex numbers are refused"
    elif op.real_only:
        yield "the rule is for real numbers; a complex gradient is refused"
    elif not op.holomorphic:
        yield "the rule as it stands, for the map is not holomorphic"


def _with(blocks: list[RuleText]) -> list[str]:
    """Helpers that are one expression each, as facts; the others follow as blocks."""
    short = [one for one in blocks if one.expression]
    for one in short:
        blocks.remove(one)
    return [f"- There `{one.name}({one.arguments})` is `{one.expression}`" for one in short]


def _fenced(text: RuleText) -> str:
    return f"```python\n{text.lines}\n```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _parameter(one: inspect.Parameter) -> str:
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(one.kind.name, "")
    if one.default is inspect.Parameter.empty:
        return stars + one.name
    default = one.default
    told = default.__name__ if isinstance(default, type) else repr(default)
    return f"{one.name}={told}"


def _numpy_name(function: Any) -> str:
    name: str = function.__name__
    for room, prefix in ((np, "np"), (np.linalg, "np.linalg"), (np.fft, "np.fft")):
        if getattr(room, name, None) is function:
            return f"{prefix}.{name}"
    return f"np.{name}"


def _is_ours(function: FunctionType) -> bool:
    return is_private(function) or function.__module__.startswith("thalweg.ops.")
