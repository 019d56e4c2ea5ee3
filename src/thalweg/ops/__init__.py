"""The table: one family a file, one row an op.

Reading this package fills `core.op.TABLE` and `core.composite.COMPOSITES`.
"""

from thalweg.ops import (
    activations,
    arithmetic,
    casting,
    comparison,
    complex_numbers,
    contraction,
    creation,
    exponential,
    gaussian,
    hyperbolic,
    indexing,
    joining,
    logic,
    logistic,
    movement,
    reductions,
    severing,
    softmax,
    special,
    trigonometric,
)

__all__ = [
    "activations",
    "arithmetic",
    "casting",
    "comparison",
    "complex_numbers",
    "contraction",
    "creation",
    "exponential",
    "gaussian",
    "hyperbolic",
    "indexing",
    "joining",
    "logic",
    "logistic",
    "movement",
    "reductions",
    "severing",
    "softmax",
    "special",
    "trigonometric",
]
