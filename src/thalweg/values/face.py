"""Building what the user calls: every row's eager call, every composite's face, the operators."""

from __future__ import annotations

from typing import Any

from thalweg import ops
from thalweg.core.composite import COMPOSITES, Composite
from thalweg.core.dispatch import Values, build
from thalweg.core.op import TABLE, Op
from thalweg.values import creation, dropout, numpy_protocol, operators, random_generator
from thalweg.values.constant import lift
from thalweg.values.conversion import beside, convert, floats_of, operand
from thalweg.values.tensor import Tensor

FAMILIES = ops.__all__

VALUES = Values(Tensor, operand, convert, beside)


def build_all() -> dict[str, Any]:
    """Build everything once.

    Returns:
        What is public, by dotted name below `thalweg`: `{"sin": …, "math.sin": …}`.
    """
    for op in TABLE.values():
        build(op, VALUES)
    for made in COMPOSITES.values():
        made.build(lift, floats_of)
    operators.install()
    numpy_protocol.install()
    public: dict[str, Any] = {**creation.PUBLIC, **random_generator.PUBLIC, **dropout.PUBLIC}
    sources: list[Op | Composite] = [*TABLE.values(), *COMPOSITES.values()]
    for source in sources:
        for name in source.public.split():
            public[name] = source.eager
    return public


PUBLIC = build_all()
