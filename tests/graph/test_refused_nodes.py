"""Nodes whose attributes do not fit are refused when they are added; constants are held as they are."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.errors import GraphError
from thalweg.graph.graph import Constant, Graph
from thalweg.graph.interpreter import interpret

REFUSED = {
    "concat along an axis from behind": ("concat", (-1,)),
    "concat along an axis that is not there": ("concat", (2,)),
    "a slice that does not step": ("slice", (((0, 2, 0), (0, 3, 1)),)),
    "a slice beyond the end": ("slice", (((0, 3, 1), (0, 3, 1)),)),
    "a slice before the beginning": ("slice", (((0, 2, 1), (1, 3, -1)),)),
    "a place that does not step": ("place", ((2, 9), ((0, 2, 1), (0, 3, 0)))),
    "a reduction over axes out of order": ("reduce", ("sum", (1, 0))),
    "a reduction over an axis from behind": ("reduce", ("sum", (-1,))),
    "a reduction of no kind": ("reduce", ("mean", (0,))),
    "a transposition that leaves an axis out": ("transpose", ((0, 0),)),
    "a reshape to other than all": ("reshape", ((5,),)),
    "a broadcast of a longer axis": ("broadcast", ((2, 6),)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_attributes_that_do_not_fit(what):
    op, attributes = REFUSED[what]
    graph = Graph()
    x = graph.input((2, 3), "float32")
    with pytest.raises(GraphError):
        graph.add(op, [x], *attributes)
    assert len(graph) == 1


@pytest.mark.parametrize("axis", [-1, 2])
def test_counting_along_an_axis_that_is_not_there(axis):
    with pytest.raises(GraphError):
        Graph().add("iota", (), (2, 3), axis, "int32")


@pytest.mark.parametrize("kind", [">f8", "<f8", ">i4", "<i8", ">f4"])
def test_constants_of_either_byte_order(kind):
    array = np.array([1, -2, 300], kind)
    held = Constant.of(array)
    assert held.array().tolist() == [1, -2, 300]
    assert held == Constant.of(array.astype(array.dtype.newbyteorder("=")))


@pytest.mark.parametrize("kind", ["int32", "int64", "bool", "float32"])
def test_a_sum_keeps_its_dtype_also_where_numpy_widens(kind):
    graph = Graph()
    graph.outputs.append(graph.add("reduce", [graph.input((4,), kind)], "sum", (0,)))
    (found,) = interpret(graph, [np.ones(4, kind)])
    assert np.asarray(found).dtype == graph.nodes[graph.outputs[0]].dtype == np.dtype(kind)
    assert found == (1 if kind == "bool" else 4)
