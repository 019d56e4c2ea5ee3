"""The user's function as a `Problem`: value, gradient, Hessian and its products by the tape."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.recording import STATE
from thalweg.descent import written
from thalweg.descent.layout import Layout
from thalweg.descent.may_compile import Search
from thalweg.descent.op_table import op_table
from thalweg.descent.problem import Vector
from thalweg.descent.real_number import real_number
from thalweg.descent.remembered import Account, form_of
from thalweg.descent.repeated import Repeated, Work, in_columns
from thalweg.errors import DescentError
from thalweg.expressions import Expression, as_function, parse
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.matrices import hessian
from thalweg.transform.tangent import hvp
from thalweg.values.tensor import Tensor

if TYPE_CHECKING:
    from thalweg.transform.tracing import Trace

__all__ = ["Objective", "VectorObjective", "objective_of", "read_formula", "read_formulas"]

Call = Callable[[list[Any]], Any]

PRODUCT = 6.0
"""A product with the Hessian takes about as long as so many values with gradients."""


class Objective:
    """A scalar function of a start's form, as a `Problem`.

    Args:
        call: a function of the layout's arguments, as Tensors.
        layout: the start's form.
        plain: the same on arrays alone, where there is a faster one for values.
        search: whether, and when, it becomes machine code; None for never.

    Attributes:
        nfev, njev, nhev: values, gradients, Hessians (or products with one) asked for.
    """

    def __init__(
        self, call: Call, layout: Layout, plain: Call | None = None, search: Search | None = None
    ) -> None:
        self._call = call
        self._plain = plain
        self.layout = layout
        self.size = layout.size
        self.nfev = self.njev = self.nhev = 0
        self._seen = False
        self._search = search = search or Search(jit_compile=False)
        form = form_of(layout)

        def repeated(kind: str, write: Any, first: bool = False) -> Repeated:
            return Repeated(search, write(call, layout), (), (kind, form), first)

        self._value = repeated("value", written.value)
        self._both = repeated("both", written.both, first=True)
        self._product = repeated("product", written.product)
        self._columns = repeated("hessian", written.hessian)
        self._work = Work()

    def value(self, x: Vector) -> float:
        """Give f(x)."""
        self.nfev += 1
        found = self._both(x) if self._both.small else self._value(x)
        if found is not None:
            return float(found[0])
        self._value.spend(0.3 * self._work.each)
        with np.errstate(all="ignore"):
            if self._plain is not None:
                return _number(self._plain(self.layout.arguments(x)))
            return _number(self._call(self._lifted(x)))

    def value_and_gradient(self, x: Vector) -> tuple[float, Vector]:
        """Give f(x) and ∇f(x), by one reverse sweep."""
        self.nfev += 1
        self.njev += 1
        found = self._both(x)
        if found is not None:
            return float(found[0]), found[1]
        leaves = self._lifted(x)
        happened = len(STATE.happenings)
        with np.errstate(all="ignore"):
            with GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(leaves)
                answer = self._call(leaves)
            self._both.spend(self._work.of(tape))
            value = _number(answer)
            if not isinstance(answer, Handle):
                lost = _lost_gradient(happened)
                if lost is not None:
                    raise lost
                return value, np.zeros(self.size)
            grads = tape.gradient(answer, leaves)
        if not self._seen:
            self._seen = True
            _explain_missing(tape, answer, leaves, grads)
        return value, self.layout.joined([None if g is None else g.array for g in grads])

    def hvp(self, x: Vector, v: Vector) -> Vector:
        """Give ∇²f(x)·v, forward over reverse."""
        self.nhev += 1
        found = self._product(x, v)
        if found is not None:
            made: Vector = found[0]
            return made
        self._product.spend(PRODUCT * self._work.each)
        with np.errstate(all="ignore"):
            product = hvp(self._scalar, self._lifted(x), self._lifted(v))
        return self.layout.joined([p.array for p in product])

    def hessian(self, x: Vector) -> Vector:
        """Give ∇²f(x), `(size, size)`."""
        if self.size == 1:
            return self.hvp(x, np.ones(1)).reshape(1, 1)
        self.nhev += 1
        found = in_columns(self._columns, x)
        if found is not None:
            made: Vector = found[0]
            return made
        self._columns.spend(PRODUCT * self.size * self._work.each)
        with np.errstate(all="ignore"):
            matrix = hessian(self._scalar, flat=True)(self._lifted(x))
        return np.array(matrix.array, dtype=np.float64)

    @property
    def asked(self) -> bool:
        """Whether machine code was asked for, whether or not it pays."""
        return self._search.asked

    def written_down(self) -> Trace | None:
        """The graph of value and gradient, where they are computed in machine code by now."""
        return self._both.in_use()

    def account(self, kind: str) -> Account:
        """What searches with this function have spent on something."""
        return self._search.account((kind, form_of(self.layout)))

    def _lifted(self, x: Vector) -> list[Any]:
        return [Tensor(leaf) for leaf in self.layout.arguments(x)]

    def _scalar(self, leaves: list[Any]) -> Any:
        answer = self._call(leaves)
        return answer if isinstance(answer, Handle) else Tensor(np.array(_number(answer)))


class VectorObjective:
    """A function with several values, as `Residuals`.

    Args:
        call: a function of the layout's arguments, as Tensors; returns a Tensor, or a list or
            tuple of them.
        layout: the start's form.
        search: whether, and when, it becomes machine code; None for never.

    Attributes:
        lost: why a value has no gradient, where one left the tape on its way. A change of sign is
            found without gradients, so that this matters only where no root was found.
    """

    def __init__(self, call: Call, layout: Layout, search: Search | None = None) -> None:
        self._call = call
        self.layout = layout
        self.size = layout.size
        self.nfev = self.njev = 0
        self.lost: DescentError | None = None
        search = search or Search(jit_compile=False)
        form = form_of(layout)

        def repeated(kind: str, write: Any) -> Repeated:
            return Repeated(search, write(call, layout), (), (kind, form), first=False)

        self._residual = repeated("residual", written.residuals)
        self._columns = repeated("columns", written.columns)
        self._work = Work()

    def residual(self, x: Vector) -> Vector:
        """Give r(x), `(m,)`."""
        self.nfev += 1
        found = self._residual(x)
        if found is not None:
            made: Vector = found[0]
            return made
        self._residual.spend(0.3 * self._work.each)
        with np.errstate(all="ignore"):
            answer = self._call([Tensor(leaf) for leaf in self.layout.arguments(x)])
        parts = answer if isinstance(answer, list | tuple) else [answer]
        return np.concatenate([_real(part).ravel() for part in parts])

    def residual_and_jacobian(self, x: Vector) -> tuple[Vector, Vector]:
        """Give r(x), `(m,)`, and ∂r/∂x, `(m, size)`, by one reverse sweep a value."""
        self.nfev += 1
        self.njev += 1
        found = in_columns(self._columns, x)
        if found is not None:
            residual, columns = found
            return residual, columns
        leaves = [Tensor(leaf) for leaf in self.layout.arguments(x)]
        happened = len(STATE.happenings)
        with np.errstate(all="ignore"):
            with GradientTape(persistent=True, watch_accessed_variables=False) as tape:
                tape.watch(leaves)
                answer = self._call(leaves)
            parts = answer if isinstance(answer, list | tuple) else [answer]
            self._columns.spend(self._work.of(tape, sum(map(np.size, parts))))
            if not all(isinstance(part, Handle) for part in parts):
                self.lost = self.lost or _lost_gradient(happened)
            values, rows = [], []
            for part in parts:
                values.append(_real(part).ravel())
                rows.append(self._rows(tape, part, leaves, values[-1].size))
        return np.concatenate(values), np.concatenate(rows)

    def _rows(self, tape: GradientTape, part: Any, leaves: list[Any], count: int) -> Vector:
        if not isinstance(part, Handle):
            return np.zeros((count, self.size))
        if count == 1:
            grads = tape.gradient(part, leaves)
            return self.layout.joined([None if g is None else g.array for g in grads])[np.newaxis]
        blocks = tape.jacobian(part, leaves)
        columns = [
            np.zeros((count, leaf.array.size)) if b is None else b.array.reshape(count, -1)
            for b, leaf in zip(blocks, leaves, strict=True)
        ]
        return np.concatenate(columns, axis=1)


def objective_of(
    fun: Callable[..., Any], start: Any, search: Search | None = None
) -> tuple[Objective, Layout]:
    """Make a problem of a callable and a start.

    Raises:
        DescentError: the function cannot take the start's form.
    """
    layout = Layout(start)
    return Objective(layout.caller(fun), layout, None, search), layout


def read_formula(
    text: str | Expression, start: Any, search: Search | None = None
) -> tuple[Objective, Layout]:
    """Make a problem of a formula in text.

    Args:
        text: the formula, or one already parsed.
        start: a mapping of its names to numbers; a number where it has one name; an array in the
            order of the names' first appearance.
        search: whether, and when, it becomes machine code.

    Raises:
        ExpressionError: the formula cannot be read, or a name of it has no start value.
        DescentError: a start value for a name that the formula does not have.
    """
    expression = parse(text) if isinstance(text, str) else text
    layout = _formula_layout([expression], start)
    order = layout.names or []
    taped = as_function(expression, order, op_table())
    plain = as_function(expression, order)
    return Objective(lambda v: taped(*v), layout, lambda v: plain(*v), search), layout


def read_formulas(
    texts: list[Any], start: Any, search: Search | None = None
) -> tuple[VectorObjective, Layout]:
    """Make residuals of formulas in text, which share their names; else as `read_formula`."""
    expressions = [parse(text) if isinstance(text, str) else text for text in texts]
    if not expressions:
        raise DescentError("There is no formula; one at least was wanted.")
    layout = _formula_layout(expressions, start)
    taped = [as_function(one, layout.names or [], op_table()) for one in expressions]
    return VectorObjective(lambda v: [f(*v) for f in taped], layout, search), layout


def _formula_layout(expressions: list[Expression], start: Any) -> Layout:
    """Lay out a start by the names of formulas."""
    names = list(dict.fromkeys(name for one in expressions for name in one.names))
    if not names:
        raise DescentError("The formula has no names, so that there is nothing to vary.")
    if not isinstance(start, Mapping):
        numbers = np.atleast_1d(np.asarray(start)).ravel()
        if numbers.size != len(names):
            raise DescentError(
                f"The formula has {len(names)} names ({', '.join(names)}), the start has "
                f"{numbers.size} numbers. Give a mapping: "
                "{" + ", ".join(f"'{name}': 1.0" for name in names) + "}."
            )
        start = dict(zip(names, numbers, strict=True))
    for one in expressions:
        for name in one.names:
            if name not in start:
                raise one.fault(name, f"{name} has no start value; write {name}=1, for example")
    extra = [name for name in start if name not in names]
    if extra:
        raise DescentError(
            f"The start has {extra[0]!r}, which the formula does not have; "
            f"its names are {', '.join(names)}."
        )
    return Layout({name: real_number(f"The start of {name}", start[name]) for name in start})


def _real(value: Any) -> Vector:
    array = value.array if isinstance(value, Handle) else value
    if array is None:
        raise DescentError("The function returned None; did you forget to return its value?")
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise DescentError(f"The function returned {array.dtype.name}; a real number was wanted.")
    return array.astype(np.float64)


def _number(value: Any) -> float:
    array = _real(value)
    if array.size != 1:
        raise DescentError(
            f"The function returned an array of shape {array.shape}; one number was wanted. "
            "Return its sum or mean (tw.reduce_sum, tw.reduce_mean); to bring every element to "
            "zero, use find_root."
        )
    return float(array.reshape(()))


def _lost_gradient(happened: int) -> DescentError | None:
    """Give the refusal of a plain number that was a Tensor once: its gradient is lost, not zero."""
    for happening in STATE.happenings[happened:]:
        if happening.kind == "escape":
            from thalweg.core.sites import place

            return DescentError(
                f"The function's value left the tape ({happening.what} at "
                f"{place(happening.site)}), so that it has no gradient. Return the Tensor "
                "itself; NumPy's functions work on it, float() and .numpy() take it off."
            )
    return None


def _explain_missing(tape: Any, answer: Any, leaves: list[Any], grads: list[Any]) -> None:
    """Where a gradient is None, say why: an error if no number has one, else a line."""
    missing = [leaf for leaf, g in zip(leaves, grads, strict=True) if g is None]
    if not missing:
        return
    why = str(tape.explain(answer, missing[0]))
    if len(missing) == len(leaves):
        raise DescentError(f"The function's value has no gradient to go down by. {why}")
    print(
        f"thalweg: {len(missing)} of {len(leaves)} parts have no gradient. {why}", file=sys.stderr
    )
