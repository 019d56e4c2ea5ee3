"""A graph holds each value once, reads back what it prints, and refuses what no primitive can do."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.parsing import parse
from thalweg.graph.printing import text_of


def test_what_says_the_same_is_one_node():
    graph = Graph()
    x = graph.input((3,), "float64")
    assert graph.add("exp", [x]) == graph.add("exp", [x])
    assert graph.constant(2.0) == graph.constant(2.0)
    assert graph.constant(0.0) != graph.constant(-0.0)
    assert graph.input((3,), "float64") != x


def test_constants_are_computed_at_once():
    graph = Graph()
    two = graph.constant(2.0)
    node = graph.nodes[graph.add("multiply", [two, two])]
    assert node.op == "constant"
    assert node.attributes[0].array() == 4.0


def everything():
    graph = Graph()
    x, y = graph.input((2, 3), "float64"), graph.input((2, 3), "float64")
    many = graph.constant(np.linspace(0, 1, 12).reshape(3, 4))
    odd = graph.constant([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    bits = graph.add("less", [x, y])
    parts = graph.add("slice", [graph.add("select", [bits, x, y])], ((1, 2, -1), (0, 2, 2)))
    placed = graph.add("place", [parts], (4, 4), ((0, 2, 2), (1, 2, 1)))
    product = graph.add(
        "dot", [graph.add("reshape", [x], (1, 2, 3)), graph.add("reshape", [many], (1, 3, 4))]
    )
    rows = graph.add("take", [x, graph.constant(np.array([1, 0, 1]))])
    back = graph.add("put", [rows, graph.constant(np.array([0, 2, 2]))], 3)
    summed = graph.add("reduce", [graph.add("concat", [x, back], 0)], "sum", (0,))
    turned = graph.add("transpose", [graph.add("cast", [x], "float32")], (1, 0))
    counted = graph.add("iota", (), (2, 3), 1, "int64")
    graph.outputs = [odd, placed, product, summed, turned, counted]
    return graph


def test_the_text_reads_back_and_computes_the_same():
    graph = everything()
    again = parse(text_of(graph))
    assert again.nodes == graph.nodes
    assert (again.inputs, again.outputs) == (graph.inputs, graph.outputs)
    given = np.random.default_rng(1).normal(size=(2, 2, 3))
    for one, other in zip(interpret(graph, [*given]), interpret(again, [*given]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_interpreter_computes_what_numpy_does():
    x, y = np.random.default_rng(2).normal(size=(2, 2, 3))
    _, placed, product, summed, turned, counted = interpret(everything(), [x, y])
    least = np.minimum(x, y)
    whole = np.zeros((4, 4))
    whole[0:3:2, 1:3] = least[::-1, ::2]
    np.testing.assert_array_equal(placed, whole)
    np.testing.assert_allclose(product[0], x @ np.linspace(0, 1, 12).reshape(3, 4), rtol=1e-15)
    np.testing.assert_allclose(summed, x.sum(0) + x[1] + x[0] + x[1], rtol=1e-14)
    np.testing.assert_array_equal(turned, x.astype("f").T)
    np.testing.assert_array_equal(counted, [[0, 1, 2]] * 2)


@pytest.mark.parametrize(
    ("op", "attributes", "words"),
    [
        ("nothing", (), "no primitive"),
        ("exp", (1,), "takes 1 inputs"),
        ("reshape", ((4,),), "does not take float64\\[3\\]"),
        ("transpose", ((1,),), "does not name each axis"),
        ("slice", (((0, 4, 1),),), "goes beyond"),
        ("slice", (((2, 2, -3),),), "goes beyond"),
        ("broadcast", ((2, 3),), "does not broadcast"),
        ("reduce", ("sum", (1,)), "no axes"),
        ("logical_not", (), "works in bool"),
    ],
)
def test_what_is_impossible_is_refused(op, attributes, words):
    graph = Graph()
    x = graph.input((3,), "float64")
    with pytest.raises(GraphError, match=words):
        graph.add(op, [x], *attributes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no line of outputs"),
        ("%0 = exp %1 : float64[3]\noutputs %0", "line 1: %1 is not there yet"),
        ("%0 = input place=0 : float99[3]\noutputs %0", "line 1"),
        (
            "%0 = input place=0 : float64[3]\n%1 = exp %0 : float32[3]\noutputs %1",
            "line 2: %1 is float64",
        ),
        ("%0 = constant base64 AAAA : float64[30]\noutputs %0", "bytes do not fill"),
        ("%0 = constant __import__('os') : float64[]\noutputs %0", "line 1"),
        ("%0 = input place=0 : float64[3]\n%1 = sum %0 : float64[3]\noutputs %1", "no primitive"),
        ("%0 = input place=0 : float64[3]\n%1 = reshape %0 : float64[3]\noutputs %1", "attributes"),
        ("anything", "no node"),
    ],
)
def test_text_that_says_nothing_is_refused_with_its_line(text, words):
    with pytest.raises(GraphError, match=words):
        parse(text)


def test_arrays_that_do_not_fit_the_inputs_are_refused():
    graph = Graph()
    graph.outputs = [graph.input((3,), "float64")]
    with pytest.raises(GraphError, match="1 inputs; 0 arrays"):
        interpret(graph, [])
    with pytest.raises(GraphError, match="is float64\\[3\\]"):
        interpret(graph, [np.zeros(3, "f")])
