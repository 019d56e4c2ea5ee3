"""Whole numbers of 8 and 16 bits, compiled, wrap and compare as NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from native.runnable import RUNNABLE
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.native.compiled import compile_graph

KINDS = ["int8", "uint8", "int16", "uint16"]
OPS = ["add", "subtract", "multiply", "maximum", "minimum", "floor_divide", "remainder", "less", "equal"]  # fmt: skip
each_machine = pytest.mark.parametrize("machine", RUNNABLE)
each_kind = pytest.mark.parametrize("kind", KINDS)


def drawn(kind, shape, seed=0):
    ends = np.iinfo(kind)
    found = np.random.default_rng(seed).integers(ends.min, ends.max + 1, shape).astype(kind)
    found.flat[:3] = [ends.min, ends.max, 0]
    return found


def check(graph, arrays, machine="host"):
    found = compile_graph(graph, machine)(arrays)
    for came, wanted in zip(found, interpret(graph, arrays), strict=True):
        assert came.dtype == np.asarray(wanted).dtype
        np.testing.assert_array_equal(came, wanted)


@each_machine
@each_kind
def test_every_function_of_two(kind, machine):
    graph = Graph()
    x, y = (graph.input((7, 37), kind) for _ in range(2))
    graph.outputs = [graph.add(op, [x, y]) for op in OPS]
    both = graph.add("add", [graph.add("multiply", [x, y]), x])  # wrapped on the way
    graph.outputs += [both, graph.add("less", [both, y]), graph.add("negative", [both])]
    graph.outputs.append(graph.add("select", [graph.add("less", [x, y]), x, y]))
    check(graph, [drawn(kind, (7, 37)), drawn(kind, (7, 37), 1)[:, ::-1].copy()], machine)


@each_machine
@each_kind
def test_casts_and_reductions(kind, machine):
    graph = Graph()
    x, w = graph.input((9, 33), kind), graph.input((9, 33), "int64")
    for to in ("float32", "float64", "int32", "int64", "bool", *KINDS):
        graph.outputs.append(graph.add("cast", [x], to))
    graph.outputs.append(graph.add("cast", [w], kind))
    for how in ("max", "min"):
        graph.outputs += [graph.add("reduce", [x], how, axes) for axes in ((0,), (1,), (0, 1))]
    wide = np.random.default_rng(2).integers(-(2**40), 2**40, (9, 33))
    check(graph, [drawn(kind, (9, 33)), wide], machine)


@each_kind
def test_floats_become_narrow(kind):
    graph = Graph()
    x = graph.input((50,), "float64")
    graph.outputs = [graph.add("cast", [x], kind)]
    ends = np.iinfo(kind)
    check(graph, [np.linspace(ends.min, ends.max, 50)])


@each_kind
def test_rows_by_narrow_numbers_and_narrow_rows(kind):
    table = tw.constant(np.arange(20.0).reshape(5, 4))
    compiled = tw.function(lambda t, i: tw.gather(t, i) * tw.cast(i, "float64")[:, None])
    at = tw.constant(np.array([4, 0, 3], kind))
    for _ in range(3):
        np.testing.assert_array_equal(compiled(table, at), tw.gather(table, at) * np.array([[4.0], [0.0], [3.0]]))  # fmt: skip
    assert compiled.why_not_compiled() == ""
    with pytest.raises(IndexError):
        compiled(table, at + 2)
    rows = tw.function(lambda t, i: tw.gather(t, i))
    narrow = tw.constant(drawn(kind, (5, 4)))
    for _ in range(3):
        np.testing.assert_array_equal(rows(narrow, at), narrow.numpy()[[4, 0, 3]])


def test_pictures_of_bytes_become_floats_inside():
    pictures = tw.constant(drawn("uint8", (4, 28, 28)))
    f = tw.function(lambda x: tw.cast(x, "float32") / 255.0)
    for _ in range(3):
        np.testing.assert_allclose(f(pictures), pictures.numpy().astype(np.float32) / 255.0)
    assert f.why_not_compiled() == ""


def test_masks_of_lengths_that_are_inputs():
    f = tw.function(lambda n: tw.sequence_mask(n, 5, dtype="float32"))
    for lengths in ([1, 3], [5, 0], [9, 2]):
        given = tw.constant(lengths)
        np.testing.assert_array_equal(f(given), tw.sequence_mask(given, 5, dtype="float32"))
    assert f.why_not_compiled() == ""
