"""What a row becomes in a graph computes what its kernel does, for every row, sample and float."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg  # noqa: F401 # reads the table
from thalweg.core.op import TABLE
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.lowering import NotLowered, lower, number
from thalweg.testing.cases import cases
from thalweg.testing.reals import widened

KINDS = "biuf"
KNOWN = {"polygamma": (0,)}
"""Inputs that a graph must know: constants of it."""

OTHER_FORMULAS = {
    "normal_cdf": (1e-13, 0.0),  # by SciPy's erfc, which is off by so much far out
    "digamma": (4e-15, 4e-16),
    "digamma_gap": (4e-15, 4e-16),
}
"""Rows that a graph computes in another way than NumPy, and how near the two are at the hard points."""


def _called(op, case):
    """A graph that makes one call, and the arrays to give it; NotLowered where none can be made."""
    with np.errstate(all="ignore"):
        answer = case.kernel(case.inputs)
    graph, arrays, given = Graph(), [], []
    for place, value in enumerate(case.inputs):
        array = isinstance(value, np.ndarray | np.generic) and value.dtype.kind in KINDS
        if array and place in KNOWN.get(op.name, ()):
            given.append(number(graph.constant(value)))
        elif array and value.dtype != np.float16:
            given.append(number(graph.input(value.shape, value.dtype)))
            arrays.append(value)
        else:
            given.append(value)
    found = lower(graph, op, given, case.prepared(), answer)
    graph.outputs = list(found) if type(answer) is tuple else [found]
    return graph, arrays, answer if type(answer) is tuple else (answer,)


def _cases(op):
    for case in cases(op, 3):
        yield case
        yield case.with_inputs([widened(value, np.float32) for value in case.inputs], ", float32")


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_rows_graph_computes_what_its_kernel_does(name):
    op, compared, why = TABLE[name], 0, ""
    for case in _cases(op):
        try:
            graph, arrays, answers = _called(op, case)
        except NotLowered as error:
            why = str(error)
            continue
        for came, wanted in zip(interpret(graph, arrays), answers, strict=True):
            assert np.asarray(came).dtype == wanted.dtype, case.told
            # The same functions of NumPy in the same order, but for sums, which are folded.
            tolerance = 4e-6 if wanted.dtype == np.float32 else 1e-14
            np.testing.assert_allclose(
                came, wanted, rtol=tolerance, atol=tolerance, err_msg=case.told
            )
            compared += 1
    if isinstance(op.native, str):
        assert compared == 0
        assert op.native in why or "complex" in why
    else:
        assert compared, f"say why in the row's `native=`: {why}"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_special_values_stay_what_they_are(name):
    op = TABLE[name]
    for special in op.special:
        given = special.at[0] if op.variadic else special.at
        inputs = [np.asarray(value)[()] for value in given]
        if any(value.dtype.kind not in KINDS for value in inputs):
            continue
        params = op.bind((), special.params)
        given = (tuple(inputs),) if op.variadic else tuple(inputs)
        with np.errstate(all="ignore"):
            params = params if op.prepare is None else op.prepare(given, params)
            answer = op.kernel(*given, *params)
        graph = Graph()
        numbers = [
            number(graph.input(np.shape(value), np.asarray(value).dtype)) for value in inputs
        ]
        try:
            found = lower(graph, op, numbers, params, answer)
        except NotLowered:
            continue
        if type(answer) is tuple:
            continue
        graph.outputs = [found]
        try:
            (came,) = interpret(graph, inputs)
        except IndexError:  # the graph leaves these numbers to Python
            continue
        near, beside = OTHER_FORMULAS.get(name, (4 * np.finfo(np.float64).eps, 0.0))
        np.testing.assert_allclose(came, answer, rtol=near, atol=beside)
        if wanted_sign(answer):
            np.testing.assert_array_equal(np.signbit(came), np.signbit(answer))


def wanted_sign(answer):
    """Whether the answer is real and no NaN, whose sign says nothing."""
    return np.asarray(answer).dtype.kind == "f" and not np.isnan(answer).any()
