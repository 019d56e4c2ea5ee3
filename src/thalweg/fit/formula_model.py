"""A formula in text as a model: columns and parameters told apart, the exact Jacobian by one sweep.

Every row of the prediction depends on its own row of the data alone. So with each parameter spread
to a column of its own, one reverse sweep gives the whole Jacobian, whatever the number of
parameters: ∂fᵢ/∂bⱼ is the gradient of Σf with respect to the i-th copy of bⱼ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from thalweg.descent.may_compile import Search
from thalweg.descent.op_table import op_table
from thalweg.descent.repeated import Repeated, Work
from thalweg.errors import DescentError
from thalweg.expressions import Equation, Expression, as_function, parse_equation
from thalweg.fit.measurements import column, columns, finite, same_length
from thalweg.fit.model import Array, FitTask
from thalweg.fit.names import formula_parameters, predictor_name
from thalweg.fit.slopes import column_slopes, written_columns, written_value
from thalweg.fit.wide import wide_residual

__all__ = ["FormulaAt", "FormulaModel", "formula_task"]


class FormulaModel:
    """A formula over columns.

    Args:
        formula: the right side.
        names: its parameters.
        data: its columns by name, each `(n,)`; more than it names do no harm.
        count: rows, n.
        search: whether, and when, it becomes machine code; None for never.
    """

    def __init__(
        self,
        formula: Expression,
        names: tuple[str, ...],
        data: Mapping[str, Array],
        count: int,
        search: Search | None = None,
    ) -> None:
        self.names = names
        self._formula = formula
        self._count = count
        self._predictors = [name for name in formula.names if name not in names]
        self._columns = [data[name] for name in self._predictors]
        order = (*names, *self._predictors)
        self._plain, self._taped = _programs(formula, order)
        search, size = search or Search(jit_compile=False), len(names)
        form = (str(formula), order, count)
        value, slopes = written_value(self._taped, size), written_columns(self._taped, size, count)
        self._value = Repeated(search, value, self._columns, ("values", form), first=False)
        self._slopes = Repeated(search, slopes, self._columns, ("slopes", form), first=False)
        self._work = Work()
        self._latest: tuple[bytes, Any] = (b"", None)

    def _by_machine_code(self, params: Array) -> Any:
        """The value and its derivatives, of which the one is next to free where the others are asked."""
        key = params.tobytes()
        if self._latest[0] != key or self._latest[1] is None:
            self._latest = key, self._slopes(params)
        return self._latest[1]

    def predict(self, params: Array) -> Array:
        """The formula's value, `(n,)`."""
        found = self._by_machine_code(params) if self._slopes.small else self._value(params)
        if found is None:
            self._value.spend(0.3 * self._work.each)
        value = found[0] if found is not None else self._plain(*params, *self._columns)
        if np.shape(value) != (self._count,):
            value = np.broadcast_to(value, (self._count,))
        return np.array(value, dtype=np.float64)

    def jacobian(self, params: Array) -> Array:
        """Its derivatives, `(n, p)`, by one reverse sweep."""
        found = self._by_machine_code(params)
        if found is not None:
            return np.array(found[1:]).T
        slopes = column_slopes(self._taped, params, self._columns, self._count, self._work)
        self._slopes.spend(self._work.each)
        return slopes

    def over(self, data: Mapping[str, Array], count: int) -> FormulaModel:
        """The same formula over other columns."""
        return FormulaModel(self._formula, self.names, data, count)


@lru_cache(maxsize=64)
def _programs(
    formula: Expression, order: tuple[str, ...]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The formula for arrays, and for Tensors; many fits take one formula."""
    return as_function(formula, order), as_function(formula, order, op_table())


_equation = lru_cache(maxsize=64)(parse_equation)


def _named(equation: Equation, x: Any, y: Any, start: Any) -> dict[str, Array]:
    """All columns by name: those of `x`, and `y` under the left side's name."""
    right, left = equation.right.names, equation.left.names
    given = tuple(start) if isinstance(start, Mapping) else ()
    data: dict[Any, Any] = {}
    if isinstance(x, Mapping):
        data.update(x)
    elif x is not None:
        one = column("x", x)
        if one.ndim > 1:
            raise DescentError(
                f"x has shape {one.shape}; name the predictors of a formula: "
                "x={'x1': values, 'x2': values}"
            )
        name = predictor_name(right, given)
        if name is not None:
            data[name] = one
    else:
        missing = ["x"] if "x" in right else [name for name in right if name not in given]
        if "x" in right or (given and missing):
            raise DescentError(f"no data for {missing[0]}: give x, an array or a mapping of names")
    absent = [name for name in left if name not in data]
    if y is not None:
        if not absent:
            raise DescentError(f"{left[0]} came twice, in x and as y; leave one out")
        if len(absent) > 1:
            raise DescentError(
                f"the left side needs {', '.join(absent)}; y can be only one of them: give the "
                "others in x, by name"
            )
        data[absent[0]] = y
    elif absent:
        raise DescentError(
            f"no measurements of {absent[0]}: give y, or a column {absent[0]!r} in x"
        )
    return columns(data)


def _check_start(names: tuple[str, ...], data: Mapping[str, Array], start: Any) -> None:
    """Refuse start values of what is no parameter, and parameters that look like lost columns."""
    stems = {name.rstrip("0123456789") for name in data} | {"x"}
    for name in names if start is None or isinstance(start, Mapping) else ():
        if name.rstrip("0123456789") in stems and name not in (start or ()):
            raise DescentError(
                f"{name} is no column of the data, which have {', '.join(data)}; if it is a "
                f"parameter, give it a start: start={{{name!r}: 1}}"
            )
    for name in start if isinstance(start, Mapping) else ():
        if name in data:
            raise DescentError(
                f"{name} is a column of the data and has a start value too; a name means one "
                "thing: rename one of them"
            )
        if name not in names:
            raise DescentError(
                f"start has {name!r}, which the formula does not; it has the parameters "
                f"{', '.join(names)}"
            )


def formula_task(text: str, x: Any, y: Any, start: Any, search: Search | None = None) -> FitTask:
    """Read a formula and lay it over its data.

    Args:
        text: `left = right`; the left side may be an expression of columns.
        x: an array, a mapping of names to columns (which may hold the left side's), or None.
        y: measurements of the left side's name, or None where `x` holds them.
        start: starts as they came; they tell parameters from a predictor without a name.
        search: whether, and when, it becomes machine code.

    Raises:
        ExpressionError: the text is no equation.
        DescentError: names and data do not fit together, or the data are no finite numbers.
    """
    equation = _equation(text)
    data = _named(equation, x, y, start)
    names = formula_parameters(equation.right.names, tuple(data), equation.left.names)
    _check_start(names, data, start)
    same_length(data)
    count = next(iter(data.values())).size
    if count == 0:
        raise DescentError("the columns are empty; a fit needs at least one row")
    target = np.array(np.broadcast_to(equation.left.evaluate(data), (count,)), dtype=np.float64)
    finite(str(equation.left), target)
    model = FormulaModel(equation.right, names, data, count, search)
    predictors = [name for name in equation.right.names if name not in names]

    def every(k: int) -> FormulaModel:
        thin = {name: values[::k] for name, values in data.items()}
        return model.over(thin, len(range(0, count, k)))

    return FitTask(
        formula=str(equation),
        model=model,
        target=target,
        predictors={name: data[name] for name in predictors},
        places=[*(data[name] for name in predictors), target],
        defaults={},
        every=every,
        at=FormulaAt(equation.right, names, predictors),
        wide=lambda: wide_residual(equation, names, data),
    )


@dataclass(frozen=True)
class FormulaAt:
    """A formula laid over new points; nothing in it but data, so that a fit can be pickled.

    Args:
        formula: the right side.
        names: its parameters.
        predictors: its other names.
    """

    formula: Expression
    names: tuple[str, ...]
    predictors: list[str]

    def __call__(self, points: Any) -> tuple[FormulaModel, tuple[int, ...]]:
        """The model over these points, and the shape of its answer."""
        found = _points(self.predictors, points)
        shape = np.broadcast_shapes(*(v.shape for v in found.values()))
        flat = {name: np.broadcast_to(v, shape).reshape(-1) for name, v in found.items()}
        return FormulaModel(self.formula, self.names, flat, int(np.prod(shape))), shape


def _points(predictors: list[str], points: Any) -> dict[str, Array]:
    """New points by name."""
    if isinstance(points, Mapping):
        lacking = [name for name in predictors if name not in points]
        if lacking:
            raise DescentError(f"x has no {lacking[0]!r}; the curve needs {', '.join(predictors)}")
        return {name: column(name, points[name]) for name in predictors} or {"": np.zeros(())}
    if len(predictors) > 1:
        raise DescentError(
            f"the curve has the predictors {', '.join(predictors)}; give a mapping of names"
        )
    name = predictors[0] if predictors else "x"
    return {name: column(name, points)}
