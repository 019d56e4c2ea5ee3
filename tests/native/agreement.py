"""Does machine code compute what a graph says? Every node against NumPy, given its own inputs.

Errors of a chain of functions grow with its condition, and a comparison turns the last place into
another answer altogether. So each node of a graph is made an output, and held to NumPy's answer for the
numbers that the machine code itself put into the node. Sums may be added in any order: they are held to
a bound on rounding errors, relative to the sum of magnitudes.
"""

from __future__ import annotations

import functools
import math

import mpmath
import numpy as np

from graph.random_graphs import ROUNDED, summed
from thalweg.graph.graph import Graph
from thalweg.graph.primitives import PRIMITIVES
from thalweg.native.compiled import compile_graph

ULP = 4
"""By how many units of the last place a rounded function may differ from NumPy's (or SciPy's), which
errs itself; ours err by less than 2.75 (docs/vector-math.md)."""

TRUE = {
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "erfcx": lambda x: mpmath.exp(x * x) * mpmath.erfc(x),
    "normal_cdf": mpmath.ncdf,
    "gelu_exact": lambda x: x * mpmath.ncdf(x),
}
"""Where SciPy is off by more: its erfcx by 8 units at -3 and by 500 at -24, its erfc has no small numbers."""

_true = functools.cache(lambda op, x: float(TRUE[op](mpmath.mpf(x))))


def with_outputs(graph, outputs):
    """The same graph with other outputs."""
    found = Graph()
    found.nodes, found.inputs, found.outputs = graph.nodes, graph.inputs, list(outputs)
    return found


def same(found, wanted, signs=True):
    """Where two arrays hold the same numbers; NaN is as NaN, and zeros have signs."""
    fine = found == wanted
    if found.dtype.kind == "f":
        if signs:
            fine &= np.signbit(found) == np.signbit(wanted)
        fine |= np.isnan(found) & np.isnan(wanted)
    return fine


def near(found, wanted, ulp):
    """Where two arrays differ by at most so many units of the last place."""
    with np.errstate(all="ignore"):
        unit = np.spacing(np.abs(wanted))
        return same(found, wanted) | (np.abs(found - wanted) <= ulp * unit)


def _magnitudes(node, given):
    """The sum of magnitudes behind each element of a sum, and how many numbers it has."""
    wide = [np.abs(one.astype(np.float64)) if one.dtype.kind == "f" else one for one in given]
    if node.op == "reduce" and node.attributes[0] == "product":
        value = PRIMITIVES["reduce"].evaluate(*wide, *node.attributes)
    else:
        value = PRIMITIVES[node.op].evaluate(*wide, *node.attributes)
    if node.op == "dot":
        count = given[0].shape[2]
    elif node.op == "put":
        count = max(given[0].size, 1)
    else:
        count = math.prod([given[0].shape[axis] for axis in node.attributes[1]])
    return value, count


def _wanted(node, wanted, given):
    """What a rounded function should be: mpmath's numbers where SciPy's have too large an error."""
    if node.op not in TRUE or node.dtype != np.float64:
        return wanted
    x = given[0].astype(np.float64)
    told = np.abs(x) <= 40
    exact = np.array(wanted, np.float64)
    with mpmath.workdps(40):
        exact[told] = [_true(node.op, float(one)) for one in x[told]]
    return np.where(exact == 0, np.copysign(0.0, wanted), exact)


def close(node, found, wanted, given):
    """Where a node's value is what it should be, within the bound of its primitive."""
    if summed(node):
        with np.errstate(all="ignore"):
            of, count = _magnitudes(node, given)
            steps = count if node.attributes[:1] == ("product",) else min(count, 300)
            spacing = np.finfo(found.dtype)
            limit = steps * (spacing.eps * of + spacing.smallest_subnormal)
            fine = np.abs(found.astype(np.float64) - wanted) <= limit
            odd = ~(
                limit < spacing.max / 4
            )  # what may overflow on the way, in one order or another
        return fine | same(found, wanted, signs=False) | odd
    if node.op == "logaddexp":  # near 0 the error is one of the larger number's units
        with np.errstate(all="ignore"):
            of = np.maximum(np.abs(given[0]), np.abs(given[1])) + 1
            return near(found, wanted, ULP) | (np.abs(found - wanted) <= ULP * np.spacing(of))
    if node.op == "gelu_slope":  # near -0.75 its terms cancel
        return near(found, wanted, 8) | (np.abs(found - wanted) <= 4 * np.finfo(found.dtype).eps)
    if node.op in ROUNDED and node.dtype.kind == "f":
        return near(found, _wanted(node, wanted, given), ULP)
    # Of two zeros, which is the largest of all depends on who is asked first.
    extreme = node.op == "reduce" and node.attributes[0] in ("max", "min")
    return same(found, wanted, signs=not extreme)


def check_nodes(drawn, machine):
    """Hold every node to NumPy, on one machine."""
    numbers = list(drawn.kept)
    graph = with_outputs(drawn.graph, numbers)
    came = dict(zip(numbers, compile_graph(graph, machine)(drawn.arrays), strict=True))
    for number in numbers:
        node = graph.nodes[number]
        wanted = drawn.kept[number]
        assert came[number].dtype == node.dtype == wanted.dtype
        assert came[number].shape == node.shape == wanted.shape
        given = [came[at] for at in node.inputs]
        if given:
            with np.errstate(all="ignore"):
                wanted = np.asarray(PRIMITIVES[node.op].evaluate(*given, *node.attributes))
        fine = close(node, came[number], wanted, given)
        assert fine.all(), (
            f"%{number} = {node.op}{node.inputs}{node.attributes} of "
            f"{[(one.dtype.name, one.shape) for one in given]}: "
            f"{came[number][~fine][:4]} for {wanted[~fine][:4]} at {np.argwhere(~fine)[:4].tolist()}"
        )
    return came


def check_fused(drawn, machine):
    """The graph as it was drawn has the bits of one in which every node is written to memory.

    Sums and products of floats may be added in another order there: they are outputs of the first
    graph, and are given to the second as they came out.
    """
    graph = drawn.graph
    cut = [at for at in drawn.kept if summed(graph.nodes[at])]
    outputs = [*graph.outputs, *cut]
    fused = dict(
        zip(
            outputs,
            compile_graph(with_outputs(graph, outputs), machine)(drawn.arrays),
            strict=True,
        )
    )
    apart, number_of, arrays = Graph(), dict[int, int](), []
    for number in sorted(drawn.kept):
        node = graph.nodes[number]
        if node.op == "input" or number in cut:
            number_of[number] = apart.input(node.shape, node.dtype)
            at = graph.inputs.index(number) if node.op == "input" else -1
            arrays.append(fused[number] if at < 0 else drawn.arrays[at])
        else:
            inputs = [number_of[at] for at in node.inputs]
            number_of[number] = apart.add(node.op, inputs, *node.attributes)
    apart.outputs = list(number_of.values())
    found = dict(zip(number_of, compile_graph(apart, machine)(arrays), strict=True))
    for number in graph.outputs:
        fine = same(fused[number], found[number])
        assert fine.all(), (
            f"%{number}: {fused[number][~fine][:4]}, apart {found[number][~fine][:4]}"
        )
    for number in cut:
        node = graph.nodes[number]
        given = [found[at] for at in node.inputs]
        with np.errstate(all="ignore"):
            wanted = np.asarray(PRIMITIVES[node.op].evaluate(*given, *node.attributes))
        assert close(node, fused[number], wanted, given).all(), f"%{number}: {node.op}"
