"""Plans: what shares a loop, where values lie, and that long graphs stay in proportion."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.random_graphs import graphs
from native.agreement import with_outputs
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.native.compiled import compile_graph, program_text
from thalweg.native.kernels import Map, Products, Take, Zeros
from thalweg.native.layout import ON_STACK, STACK, buffers_of, lay_out
from thalweg.native.machine import machine
from thalweg.native.planning import plan_kernels
from thalweg.passes.order import run_passes

HOST = machine()
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def maps(graph):
    return [step for step in plan_kernels(graph).steps if isinstance(step, Map)]


def softmax(rows, columns):
    graph = Graph()
    x = graph.input((rows, columns), "float32")

    def along(kind, x):
        found = graph.add("reduce", [x], kind, (1,))
        flat = graph.add("reshape", [found], (rows, 1))
        return graph.add("broadcast", [flat], (rows, columns))

    powers = graph.add("exp", [graph.add("subtract", [x, along("max", x)])])
    graph.outputs.append(graph.add("divide", [powers, along("sum", powers)]))
    return graph


def test_a_softmax_is_three_loops_and_writes_its_powers_once():
    loops = maps(softmax(30, 40))
    assert [len(one.writes) for one in loops] == [0, 1, 1]
    assert [[part.kind for part in one.reductions] for one in loops] == [["max"], ["sum"], []]


def test_a_value_that_one_later_loop_reads_is_computed_there():
    graph = Graph()
    x = graph.input((30, 40), "float32")
    early = graph.add("exp", [x])
    total = graph.add("reduce", [graph.add("square", [x])], "sum", (0, 1))
    wide = graph.add("broadcast", [graph.add("reshape", [total], (1, 1))], (30, 40))
    graph.outputs.append(graph.add("multiply", [early, wide]))
    first, second = maps(graph)
    assert [node.op for _, node in first.nodes] == ["square"]
    assert [node.op for _, node in second.nodes] == ["exp", "multiply"]
    assert first.writes == []


def test_a_constant_of_one_number_takes_no_memory_and_views_move_nothing():
    graph = Graph()
    x = graph.input((4, 6), "float64")
    two = graph.add("broadcast", [graph.constant(np.full((1, 1), 2.0))], (6, 4))
    graph.outputs.append(graph.add("multiply", [graph.add("transpose", [x], (1, 0)), two]))
    kernels = plan_kernels(graph)
    assert [one.kind for one in kernels.buffers] == ["input", "output"]
    (only,) = kernels.steps
    assert next(iter(only.reads.values())).strides == (1, 6)


def written(step):
    if isinstance(step, Map):
        outs = [view for _, view in step.writes] + [one.out for one in step.reductions]
        parts = [one.partial for one in step.reductions if one.partial is not None]
        return {view.buffer for view in [*outs, *parts]}
    return {step.buffer} if isinstance(step, Zeros) else {step.out.buffer}


def read(step):
    if isinstance(step, Map):
        return {view.buffer for view in step.reads.values()}
    if isinstance(step, Products):
        return {step.a.buffer, step.b.buffer}
    return set() if isinstance(step, Zeros) else {step.rows.buffer, step.places.buffer}


@given(graphs(most=20), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_what_is_read_was_written_and_nothing_alive_shares_memory(one, all_of_them):
    graph = with_outputs(one.graph, one.kept if all_of_them else one.graph.outputs)
    kernels = plan_kernels(graph)
    layout = lay_out(kernels, HOST, len(graph.inputs), len(graph.outputs))
    known = {buffer.number for buffer in kernels.buffers if buffer.kind in ("input", "constant")}
    fixed = set(known)
    for step in kernels.steps:
        for buffer in read(step):
            assert buffer in known or kernels.buffers[buffer].size == 0
        assert not written(step) & fixed
        known |= written(step)
    for number, other in pairs(kernels, layout):
        a, b = kernels.buffers[number], kernels.buffers[other]
        begin, end = layout.offsets[number], layout.offsets[other]
        assert (
            begin + a.size * a.dtype.itemsize <= end or end + b.size * b.dtype.itemsize <= begin
        ), (number, other)
    for number, offset in layout.offsets.items():
        buffer = kernels.buffers[number]
        assert offset % 64 == 0
        assert offset + buffer.size * buffer.dtype.itemsize <= layout.workspace


def pairs(kernels, layout):
    """Buffers of the arena that hold something at the same time."""
    steps = [set(buffers_of(step)) & set(layout.offsets) for step in kernels.steps]
    spans = {
        number: [place for place, touched in enumerate(steps) if number in touched]
        for number in layout.offsets
        if kernels.buffers[number].size
    }
    for a, first in spans.items():
        for b, second in spans.items():
            if a < b and first[0] <= second[-1] and second[0] <= first[-1]:
                yield a, b


def test_memory_that_is_free_again_is_used_again():
    graph = Graph()
    x = graph.input((100, 100), "float32")
    for _ in range(40):
        a = graph.add("reshape", [x], (1, 100, 100))
        x = graph.add("reshape", [graph.add("dot", [a, a])], (100, 100))
    graph.outputs.append(x)
    kernels = plan_kernels(graph)
    assert lay_out(kernels, HOST, 1, 1).workspace == 2 * 40_000


def test_the_stack_is_bounded():
    graph = reductions(1500, (4, 100))
    kernels = plan_kernels(graph)
    layout = lay_out(kernels, HOST, 1, 1)
    sizes = [kernels.buffers[one].size * 4 for one in layout.stack]
    assert sizes
    assert max(sizes) <= ON_STACK
    assert sum(sizes) <= STACK


@pytest.mark.parametrize(
    ("shape", "axes", "blocks"),
    [
        ((100_000,), (0,), False),  # along the innermost axis: gathered in registers
        ((100, 1000), (1,), False),
        ((100, 1000), (0,), False),
        ((1000, 100), (0,), True),
        ((30, 40, 50), (0, 1), True),
        ((30, 10, 50), (0, 1), False),
    ],
)
def test_memory_for_blocks_only_where_sums_are_long(shape, axes, blocks):
    for kind, dtype in (("sum", "float32"), ("max", "float32"), ("sum", "int64")):
        graph = Graph()
        graph.outputs.append(graph.add("reduce", [graph.input(shape, dtype)], kind, axes))
        (one,) = maps(graph)
        wanted = blocks and (kind, dtype) == ("sum", "float32")
        assert (one.reductions[0].partial is not None) == wanted


def chain(count, shape, ops=("add", "multiply", "tanh", "maximum", "exp")):
    graph = Graph()
    first = graph.input(shape, "float32")
    x = first
    for number in range(count):
        op = ops[number % len(ops)]
        x = graph.add(op, [x] if op in ("tanh", "exp") else [x, first])
    graph.outputs.append(x)
    return graph


def reductions(count, shape=(20,)):
    """Each sum needs the one before."""
    graph = Graph()
    first = graph.input(shape, "float32")
    x = first
    for _ in range(count):
        total = graph.add("reduce", [x], "max", (0,))
        row = graph.add("reshape", [total], (1, *shape[1:]))
        x = graph.add("subtract", [first, graph.add("broadcast", [row], shape)])
    graph.outputs.append(x)
    return graph


def side_by_side(count):
    graph = Graph()
    x = graph.input((20,), "float32")
    totals = []
    for number in range(count):
        with_constant = graph.add("add", [x, graph.constant(np.full(20, number, np.float32))])
        total = graph.add("reduce", [with_constant], "sum", (0,))
        totals.append(graph.add("reshape", [total], (1,)))
    graph.outputs.append(graph.add("concat", totals, 0))
    return graph


def lengths(graph):
    """How many lines each function has."""
    bodies = re.findall(r"^define.*?^}", program_text(graph, HOST), re.MULTILINE | re.DOTALL)
    return [body.count("\n") for body in bodies]


@pytest.mark.parametrize(
    "made",
    [
        lambda n: chain(n, ()),
        lambda n: chain(n, (1000,)),
        lambda n: reductions(n // 4),
        lambda n: reductions(n // 4, (20, 300)),
        lambda n: side_by_side(n // 4),
    ],
    ids=["scalars", "chain", "reductions", "long reductions", "side by side"],
)
def test_a_long_graph_is_many_functions_of_bounded_length(made):
    # What LLVM does to a function takes longer than in proportion to its length.
    once, twice = lengths(made(1500)), lengths(made(3000))
    assert sum(twice) < 2.1 * sum(once)
    assert sorted(twice)[-2] < 6000
    assert max(twice) < 8000


@pytest.mark.parametrize("made", [chain, lambda n, s: reductions(n, s)])
@pytest.mark.parametrize("shape", [(3,), (70,)])
def test_a_graph_in_many_functions_computes_what_numpy_does(made, shape):
    graph = made(500 if shape == (3,) else 100, shape)
    array = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    (wanted,) = interpret(graph, [array])
    (found,) = compile_graph(graph)([array])
    np.testing.assert_allclose(found, wanted, 1e-4, 1e-5)


def test_short_axes_of_a_tangle_are_not_all_written_out():
    graph = Graph()
    x = graph.input((3,) * 8, "float32")
    y = graph.add("transpose", [x], (7, 0, 6, 1, 5, 2, 4, 3))
    graph.outputs.append(graph.add("add", [x, y]))
    assert sum(lengths(graph)) < 2000
    array = np.random.default_rng(1).normal(size=(3,) * 8).astype(np.float32)
    (found,) = compile_graph(graph)([array])
    assert np.array_equal(found, array + array.transpose(7, 0, 6, 1, 5, 2, 4, 3))


def test_numbers_of_rows_in_a_view_are_copied_first():
    graph = Graph()
    table, places = graph.input((5, 2), "float32"), graph.input((3, 4), "int64")
    turned = graph.add("transpose", [places], (1, 0))
    graph.outputs.append(graph.add("take", [table, turned]))
    copy, take = plan_kernels(graph).steps
    assert isinstance(copy, Map)
    assert isinstance(take, Take)
    assert take.places.strides == (3, 1)


PLACES = {
    "the beginning": ((10,), ((0, 7, 1),)),
    "the end": ((10,), ((3, 7, 1),)),
    "all of it": ((7,), ((0, 7, 1),)),
    "within": ((5, 9), ((1, 3, 1), (2, 4, 1))),
    "every other": ((15,), ((0, 7, 2),)),
    "one of a row": ((4, 6), ((2, 1, 1), (0, 6, 1))),
    "nothing": ((4, 6), ((2, 0, 1), (0, 6, 1))),
    "in three dimensions": ((3, 5, 4), ((0, 2, 1), (1, 3, 1), (2, 2, 1))),
}


@pytest.mark.parametrize("read", ["alone", "beside", "as an answer"])
@pytest.mark.parametrize("where", PLACES)
def test_what_is_put_among_zeros_is_written_there(where, read):
    whole, parts = PLACES[where]
    inner = tuple(size for _, size, _ in parts)
    graph = Graph()
    x = graph.input(inner, "float64")
    y = graph.add("exp", [graph.add("negative", [x])])
    placed = graph.add("place", [y], whole, parts)
    graph.outputs.append(graph.add("multiply", [placed, placed]))
    if read == "beside":
        graph.outputs.append(graph.add("reduce", [y], "sum", tuple(range(len(inner)))))
    if read == "as an answer":
        graph.outputs += [y, placed]
    copies = [one for one in maps(graph) if not one.nodes and one.reads]
    assert read == "as an answer" or not copies
    array = np.random.default_rng(0).normal(size=inner)
    for _ in range(2):  # memory is used again
        found = compile_graph(graph)([array])
        for one, wanted in zip(found, interpret(graph, [array]), strict=True):
            np.testing.assert_allclose(one, wanted, rtol=1e-14)


def test_sums_of_what_is_put_at_the_same_places_are_put_there_once():
    graph = Graph()
    x, y = (graph.input((5,), "float32") for _ in range(2))
    here, there = ((1, 5, 1),), ((2, 5, 1),)
    one, two = (graph.add("place", [at], (8,), here) for at in (x, y))
    other = graph.add("place", [y], (8,), there)
    graph.outputs.append(graph.add("add", [graph.add("add", [one, two]), other]))
    simple = run_passes(graph)
    assert sum(node.op == "place" for node in simple.nodes) == 2
    arrays = [np.array([1, -0.0, np.inf, np.nan, 3], "f"), np.array([0, -0.0, -1, 2, 5], "f")]
    for found in (compile_graph(graph)(arrays), interpret(simple, arrays)):
        np.testing.assert_array_equal(found[0], interpret(graph, arrays)[0])
        np.testing.assert_array_equal(np.signbit(found[0]), np.signbit(interpret(graph, arrays)[0]))
