"""What does an op, or a function made of ops, leave out that its page must say?"""

from __future__ import annotations

from pages.families import Family
from pages.hard_points import is_stated
from pages.sections import formula, parts_of, source_of
from thalweg.core.composite import Composite
from thalweg.core.op import Op

NO_FORMULA = "no formula: give the row's `formula=`"
NO_RULE = "no gradient rule: give `vjp=`, or say in `severs=` why there is none"
NO_TANGENT = "no forward rule for {}: give `jvp=`, or `linear=`, `multilinear=` where it is so"
NO_HARD_POINT = (
    "nothing is stated at its hard points: give `special=` with a gradient, or a `note=`"
)
NO_SOURCE = "no source: give the row's `source=`, or its file a `SOURCE`"
NO_WORDS = "no formula: the first line of its docstring says what it computes"
NO_PARTS = "its body names no op, so nothing says what its gradient is"


def faults(families: list[Family]) -> list[str]:
    """One line for each thing that is missing: the op, its file, what to give."""
    return [
        f"{one.name} ({family.file}): {what}"
        for family in families
        for one in family.members
        for what in (op_lacks(one, family) if isinstance(one, Op) else composite_lacks(one))
    ]


def op_lacks(op: Op, family: Family) -> list[str]:
    """What a row lacks."""
    found = []
    if not op.formula.strip():
        found.append(NO_FORMULA)
    if not op.severs:
        if not op.reverse:
            found.append(NO_RULE)
        forward = {*op.forward, *op.linear_names, *op.multilinear_names}
        without = [name for name in op.reverse if name not in forward and not op.elementwise]
        if without:
            found.append(NO_TANGENT.format(", ".join(without)))
    if not is_stated(op):
        found.append(NO_HARD_POINT)
    if not source_of(op, family).strip():
        found.append(NO_SOURCE)
    return found


def composite_lacks(made: Composite) -> list[str]:
    """What a function made of ops lacks."""
    found = []
    if not formula(made):
        found.append(NO_WORDS)
    if not parts_of(made):
        found.append(NO_PARTS)
    return found
