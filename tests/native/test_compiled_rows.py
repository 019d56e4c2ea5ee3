"""Compiled, every row computes what its kernel does, in float64 and float32, on every processor here."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg  # noqa: F401 # reads the table
from thalweg.core.op import TABLE
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.lowering import NotLowered, lower, number
from thalweg.native.compiled import NotCompiled, compile_graph
from thalweg.testing.cases import cases
from thalweg.testing.reals import widened

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


def graphs_of(op, per_dtype):
    """A graph for each case of a row that can be written as one, with the arrays to give it."""
    found = []
    for dtype in (np.float64, np.float32):
        made = 0
        for case in cases(op, 7):
            if made == per_dtype:
                break
            narrow = case.with_inputs([widened(value, dtype) for value in case.inputs])
            with np.errstate(all="ignore"):
                answer = narrow.kernel(narrow.inputs)
            graph, arrays, given = Graph(), [], []
            for value in narrow.inputs:
                if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf":
                    given.append(number(graph.input(value.shape, value.dtype)))
                    arrays.append(value)
                else:
                    given.append(value)
            try:
                numbers = lower(graph, op, given, narrow.prepared(), answer)
            except NotLowered:
                continue
            graph.outputs = list(numbers) if type(answer) is tuple else [numbers]
            found.append((graph, arrays))
            made += 1
    return found


def compared(op, machine, per_dtype):
    """Compare; how many graphs were."""
    count = 0
    for graph, arrays in graphs_of(op, per_dtype):
        try:
            code = compile_graph(graph, machine)
        except NotCompiled:
            continue
        for came, wanted in zip(code(arrays), interpret(graph, arrays), strict=True):
            assert came.dtype == np.asarray(wanted).dtype
            tolerance = TOLERANCE.get(came.dtype.name, 0)
            np.testing.assert_allclose(came, wanted, rtol=tolerance, atol=tolerance)
        count += 1
    return count


LOWERED = sorted(TABLE)


@pytest.mark.parametrize("name", LOWERED)
def test_a_compiled_row_computes_what_its_kernel_does(name):
    op = TABLE[name]
    if compared(op, "host", 2) == 0:
        assert graphs_of(op, 2) == [], f"{name} has a graph, and no machine code"


@pytest.mark.sweep
@pytest.mark.parametrize("machine", ["host", "avx2", "baseline"])
@pytest.mark.parametrize("name", sorted(TABLE))
def test_all_cases_on_all_processors(name, machine):
    compared(TABLE[name], machine, 40)
