"""Graphs drawn by Hypothesis: every primitive, every dtype that vectors hold, shapes of all sizes.

A graph grows node by node and its values are computed along with it. Of plain graphs a node whose value
is infinite or NaN is passed over, so that nothing of the kind arises by accident; wild graphs begin with
NaN, infinities, signed zeros, the smallest and the largest numbers, and keep what comes.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.graph.primitives import ELEMENTWISE, PRIMITIVES
from thalweg.native.expression import is_written

DTYPES = [np.dtype(name) for name in ("float32", "float64", "int32", "int64", "bool")]
SIZES = [0, 1, 1, 2, 3, 4, 5, 7, 8, 16, 17, 33, 70]
LONG = [5000, 16384, 20000, 40001]
MOST = 60_000
"""No value of a graph has more elements."""

ROUNDED = frozenset(
    [
        "exp",
        "exp2",
        "expm1",
        "log",
        "log1p",
        "log2",
        "log10",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "arctan2",
        "sinh",
        "cosh",
        "tanh",
        "arcsinh",
        "arccosh",
        "arctanh",
        "erf",
        "erfc",
        "erfcx",
        "gaussian",
        "normal_pdf",
        "normal_cdf",
        "gelu_exact",
        "gelu_slope",
        "power",
        "cbrt",
        "hypot",
        "logaddexp",
    ]
)
"""Elementwise primitives of floats whose last places are not NumPy's."""

ODD = [0.0, -0.0, math.nan, math.inf, -math.inf, 1e-40, -1e-310, 3e38, -1e300, 1.0, -1.0, 0.5]


def takes(op, dtype):
    """Whether an elementwise primitive works with inputs of this dtype, in machine code."""
    if not is_written(op, dtype):
        return False
    one = Graph()
    inputs = [one.input((), dtype) for _ in range(PRIMITIVES[op].count)]
    try:
        one.add(op, inputs)
    except GraphError:
        return False
    return True


WITH = {dtype: [op for op in ELEMENTWISE if takes(op, dtype)] for dtype in DTYPES}


def summed(node):
    """Whether a node's last places depend on the order in which it adds or multiplies."""
    if node.dtype.kind != "f":
        return False
    return node.op in ("dot", "put") or (
        node.op == "reduce" and node.attributes[0] in ("sum", "product")
    )


@dataclass
class Drawn:
    """A graph, what to give it, and the nodes that count."""

    graph: Graph
    wild: bool
    arrays: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)

    def add(self, op, inputs=(), *attributes):
        """A node, or None where its value would be out of bounds, in size or otherwise."""
        node = PRIMITIVES[op]
        shape, _ = node.spec_of([self.graph.nodes[at] for at in inputs], attributes)
        if math.prod(shape) > MOST:
            return None
        number = self.graph.add(op, inputs, *attributes)
        return self._keep(number, op, [self.kept[at] for at in inputs], attributes)

    def _keep(self, number, op, given, attributes):
        if number in self.kept:
            return number
        with np.errstate(all="ignore"):
            value = np.asarray(PRIMITIVES[op].evaluate(*given, *attributes))
        if value.dtype.kind == "f" and not self.wild and not np.isfinite(value).all():
            return None
        self.kept[number] = value
        self.counts[op] += 1
        return number

    def input(self, array):
        """A further array that is given."""
        number = self.graph.input(array.shape, array.dtype)
        self.arrays.append(array)
        self.kept[number] = array
        return number

    def constant(self, array):
        """An array in the graph."""
        number = self.graph.constant(array)
        self.kept[number] = array
        return number

    def shape(self, number):
        return self.graph.nodes[number].shape

    def dtype(self, number):
        return self.graph.nodes[number].dtype


def values(rng, shape, dtype, wild):
    """An array of numbers that say something: of either sign, and some of them equal."""
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind == "i":
        drawn = rng.integers(-9, 10, shape).astype(dtype)
        if wild:
            ends = np.iinfo(dtype)
            odd = rng.choice(np.array([ends.min, ends.max, ends.min + 1, -1, 0], dtype), shape)
            drawn = np.where(rng.random(shape) < 0.2, odd, drawn)
        return np.asarray(drawn)
    eighths = rng.integers(-24, 25, shape) / 8
    drawn = np.where(rng.random(shape) < 0.5, eighths, rng.normal(size=shape)).astype(dtype)
    if wild:
        with np.errstate(all="ignore"):
            odd = rng.choice(np.array(ODD).astype(dtype), shape)
        drawn = np.where(rng.random(shape) < 0.3, odd, drawn)
    return np.asarray(drawn)


@st.composite
def shapes(draw):
    """No axis to four, short ones mostly, sometimes one that is longer than a block."""
    kind = draw(st.sampled_from(["short"] * 5 + ["long"]))
    if kind == "long":
        rest = draw(st.lists(st.sampled_from([1, 2, 3]), max_size=1))
        rest.insert(draw(st.integers(0, len(rest))), draw(st.sampled_from(LONG)))
        return tuple(rest)
    sizes = draw(st.lists(st.sampled_from(SIZES), max_size=4))
    while math.prod(sizes) > 6000:
        sizes.pop()
    return tuple(sizes)


def _given(draw, drawn, rng, shape, dtype):
    """An input or a constant; half of the constants are one number all over."""
    kind = draw(st.sampled_from(["input", "input", "constant", "uniform", "iota"]))
    if kind == "iota" and shape and math.prod(shape) < MOST and dtype.kind == "i":
        return drawn.add("iota", (), shape, draw(st.integers(0, len(shape) - 1)), dtype.name)
    if kind == "uniform":
        return drawn.constant(np.full(shape, values(rng, (), dtype, drawn.wild)))
    array = values(rng, shape, dtype, drawn.wild)
    return drawn.constant(array) if kind == "constant" else drawn.input(array)


def _like(draw, drawn, rng, shape, dtype):
    """A value of this shape and dtype: one that is there, in other dtypes too, or a new one."""
    there = [at for at in drawn.kept if drawn.shape(at) == shape]
    if there and draw(st.integers(0, 3)):
        at = draw(st.sampled_from(there))
        if drawn.dtype(at) != dtype:
            cast = drawn.add("cast", (at,), dtype.name)
            return _given(draw, drawn, rng, shape, dtype) if cast is None else cast
        return at
    return _given(draw, drawn, rng, shape, dtype)


def _elementwise(draw, drawn, rng, x):
    shape, dtype = drawn.shape(x), drawn.dtype(x)
    op = draw(st.sampled_from([*WITH[dtype], "select", "cast"]))
    if op == "cast":
        return drawn.add("cast", (x,), draw(st.sampled_from(DTYPES)).name)
    if op == "select":
        truth = _like(draw, drawn, rng, shape, np.dtype(bool))
        other = _like(draw, drawn, rng, shape, dtype)
        pair = draw(st.permutations([x, other]))
        return drawn.add("select", (truth, *pair))
    others = [_like(draw, drawn, rng, shape, dtype) for _ in range(PRIMITIVES[op].count - 1)]
    return drawn.add(op, draw(st.permutations([x, *others])))


def _factors(draw, size):
    """A shape of so many elements."""
    shape = []
    left = size
    for prime in (2, 2, 5, 7, 11):
        if left and left % prime == 0 and draw(st.booleans()):
            shape.append(prime)
            left //= prime
    shape.append(left)
    for _ in range(draw(st.integers(0, 1))):
        shape.insert(draw(st.integers(0, len(shape))), 1)
    return tuple(draw(st.permutations(shape)))


def _reshape(draw, drawn, rng, x):
    return drawn.add("reshape", (x,), _factors(draw, math.prod(drawn.shape(x))))


def _transpose(draw, drawn, rng, x):
    return drawn.add("transpose", (x,), tuple(draw(st.permutations(range(len(drawn.shape(x)))))))


def _broadcast(draw, drawn, rng, x):
    shape = [draw(st.sampled_from(SIZES)) if size == 1 else size for size in drawn.shape(x)]
    return drawn.add("broadcast", (x,), tuple(shape))


def _part(draw, whole):
    """Where to start, how many to take, how far to step."""
    step = draw(st.sampled_from([1, 1, 2, 3, -1, -1, -2, -3]))
    if not whole:
        return (0, 0, step)
    start = draw(st.integers(0, whole - 1))
    most = (whole - 1 - start) // step + 1 if step > 0 else start // -step + 1
    return (start, draw(st.integers(0, most)), step)


def _slice(draw, drawn, rng, x):
    return drawn.add("slice", (x,), tuple([_part(draw, size) for size in drawn.shape(x)]))


def _place(draw, drawn, rng, x):
    shape, parts = [], []
    for size in drawn.shape(x):
        step = draw(st.sampled_from([1, 1, 2, -1, -2]))
        before, after = draw(st.integers(0, 3)), draw(st.integers(0, 3))
        reach = max(size - 1, 0) * abs(step)
        shape.append(before + reach + 1 + after)
        parts.append((before if step > 0 else before + reach, size, step))
    return drawn.add("place", (x,), tuple(shape), tuple(parts))


def _concat(draw, drawn, rng, x):
    shape = drawn.shape(x)
    if not shape:
        return None
    axis = draw(st.integers(0, len(shape) - 1))
    joined = [x]
    for _ in range(draw(st.integers(0, 2))):
        size = draw(st.sampled_from([shape[axis], 0, 1, 3]))
        other = (*shape[:axis], size, *shape[axis + 1 :])
        one = _like(draw, drawn, rng, other, drawn.dtype(x))
        if one is None or drawn.dtype(one) != drawn.dtype(x):
            return None
        joined.insert(draw(st.integers(0, len(joined))), one)
    return drawn.add("concat", joined, axis)


def _reduce(draw, drawn, rng, x):
    shape, dtype = drawn.shape(x), drawn.dtype(x)
    kinds = {"b": ["all", "any", "max", "min", "sum"]}.get(
        dtype.kind, ["sum", "sum", "product", "max", "min"]
    )
    kind = draw(st.sampled_from(kinds))
    axes = tuple([axis for axis in range(len(shape)) if draw(st.booleans())])
    if kind in ("max", "min") and 0 in [shape[axis] for axis in axes]:
        return None
    found = drawn.add("reduce", (x,), kind, axes)
    if found is None or not draw(st.booleans()):
        return found
    # Back to the shape it came from, as in a softmax.
    kept = tuple([1 if axis in axes else size for axis, size in enumerate(shape)])
    return drawn.add("broadcast", (drawn.add("reshape", (found,), kept),), shape)


def _dot(draw, drawn, rng, x):
    dtype = drawn.dtype(x)
    if dtype.kind != "f" or len(drawn.shape(x)) != 3:
        if dtype.kind != "f" or math.prod(drawn.shape(x)) > 3000:
            return None
        shape = (*drawn.shape(x), 1, 1, 1)
        x = drawn.add("reshape", (x,), (*shape[:2], math.prod(shape[2:])))
    batch, _, inner = drawn.shape(x)
    columns = draw(st.sampled_from([0, 1, 2, 5, 17, 33]))
    shape = (batch, inner, columns)
    if draw(st.booleans()):
        b = _like(draw, drawn, rng, shape, dtype)
    else:
        turned = _given(draw, drawn, rng, (batch, columns, inner), dtype)
        b = drawn.add("transpose", (turned,), (0, 2, 1))
    if b is None or drawn.dtype(b) != dtype:
        return None
    return drawn.add("dot", (x, b))


def _numbers(draw, drawn, rng, shape, rows):
    """Whole numbers below `rows`, given or in the graph."""
    dtype = np.dtype(draw(st.sampled_from(["int32", "int64"])))
    array = rng.integers(0, rows, shape).astype(dtype)
    return drawn.constant(array) if draw(st.booleans()) else drawn.input(array)


def _take(draw, drawn, rng, x):
    shape = drawn.shape(x)
    wanted = tuple(draw(st.lists(st.sampled_from([0, 1, 2, 5, 9]), max_size=2)))
    if not shape or (shape[0] == 0 and 0 not in wanted):
        return None
    at = _numbers(draw, drawn, rng, wanted, max(shape[0], 1))
    if len(wanted) == 2 and draw(st.booleans()):
        at = drawn.add("transpose", (at,), (1, 0))
    return drawn.add("take", (x, at))


def _put(draw, drawn, rng, x):
    shape = drawn.shape(x)
    rank = draw(st.integers(0, min(2, len(shape))))
    rows = draw(st.sampled_from([1, 2, 7, 40]))
    at = _numbers(draw, drawn, rng, shape[:rank], rows)
    return drawn.add("put", (x, at), rows)


_STEPS = [_elementwise] * 7 + [_reshape, _transpose, _broadcast, _slice, _slice, _place, _concat,
          _reduce, _reduce, _dot, _take, _put]  # fmt: skip


@st.composite
def graphs(draw, wild=False, most=14):
    """A graph of some nodes, its arrays, and the outputs in `graph.outputs`.

    Args:
        wild: whether NaN, infinities and the like are among the numbers.
        most: how many steps of growth there are at most.
    """
    drawn = Drawn(Graph(), wild)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    for _ in range(draw(st.integers(1, 2))):
        drawn.input(values(rng, draw(shapes()), draw(st.sampled_from(DTYPES)), wild))
    for _ in range(draw(st.integers(min(3, most), most))):
        step = draw(st.sampled_from(_STEPS))
        latest = list(drawn.kept)[-4:]
        step(draw, drawn, rng, draw(st.sampled_from(latest)))
    count = draw(st.integers(1, 4))
    drawn.graph.outputs = [draw(st.sampled_from(list(drawn.kept))) for _ in range(count - 1)]
    drawn.graph.outputs.append(list(drawn.kept)[-1])
    return drawn
