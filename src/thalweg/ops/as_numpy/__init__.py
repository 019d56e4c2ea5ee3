"""NumPy's functions on Tensors, with NumPy's arguments and answers; read when the first is called.

One file a topic; a form is registered under its name below `numpy` in `form.FORMS`. What carries no
gradient stands in `not_differentiable`, what is refused in `refused`.
"""

from thalweg.ops.as_numpy import (
    by_function,
    differences,
    elementwise,
    joins,
    linear_algebra,
    padding,
    picks,
    polynomials,
    products,
    quantiles,
    running_sums,
    sets,
    shapes,
    spacing,
    splits,
    statistics,
    sums,
    without_nan,
)
from thalweg.ops.as_numpy.form import FORMS
from thalweg.ops.as_numpy.not_differentiable import ALONE, ANSWERS, PLAIN, by_name
from thalweg.ops.as_numpy.refused import REFUSED, WITHOUT_GRADIENT

__all__ = [
    "ALONE",
    "ANSWERS",
    "FORMS",
    "PLAIN",
    "REFUSED",
    "WITHOUT_GRADIENT",
    "by_function",
    "by_name",
    "differences",
    "elementwise",
    "joins",
    "linear_algebra",
    "padding",
    "picks",
    "polynomials",
    "products",
    "quantiles",
    "running_sums",
    "sets",
    "shapes",
    "spacing",
    "splits",
    "statistics",
    "sums",
    "without_nan",
]
