"""Graphs in machine code compute what NumPy does, node by node, and touch nothing but their arrays.

What is exact is compared to the bit, zeros' signs included; rounded functions within the few units of
the last place that `agreement` states; sums within a bound on the errors of adding.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.random_graphs import DTYPES, LONG, ROUNDED, WITH, Drawn, graphs, summed, values
from native.agreement import check_fused, check_nodes, same
from native.fences import Fenced
from native.runnable import RUNNABLE
from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.primitives import PRIMITIVES
from thalweg.native.compiled import NotCompiled, compile_graph

each_machine = pytest.mark.parametrize("machine", RUNNABLE)
FLOATS = [np.dtype(np.float32), np.dtype(np.float64)]
each_float = pytest.mark.parametrize("dtype", FLOATS, ids=str)


def drawn(count):
    """Settings for so many graphs."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=count, deadline=None, suppress_health_check=slow)


@pytest.mark.parametrize("wild", [False, True], ids=["plain", "wild"])
def test_drawn_graphs(wild):
    @drawn(20)
    @given(graphs(wild), st.sampled_from(RUNNABLE))
    def check(one, machine):
        check_nodes(one, machine)
        check_fused(one, machine)

    check()


@pytest.fixture
def tiny_limits(monkeypatch):
    """Loops, functions, blocks and the stack so small that every graph is cut wherever it can be."""
    limits = {
        "planning": {"LONG": 2},
        "long_sums": {"CHAIN": 3},
        "turned_matrices": {"LINE": 4096, "LONG": 1},
        "program_code": {"LONG": 30, "PART": 20, "INLINE": 8},
        "map_loops": {"CHAIN": 3, "ADDED": 4, "BLOCK": 128, "WRITTEN_OUT": 3, "HEAVY": 0},
        "layout": {"STACK": 128},
    }
    for file, names in limits.items():
        for name, value in names.items():
            monkeypatch.setattr(f"thalweg.native.{file}.{name}", value)


@pytest.mark.usefixtures("tiny_limits")
def test_graphs_that_are_cut_everywhere():
    @drawn(20)
    @given(graphs(), st.sampled_from(RUNNABLE))
    def check(one, machine):
        check_nodes(one, machine)
        check_fused(one, machine)

    check()


@pytest.mark.sweep
@pytest.mark.usefixtures("tiny_limits")
@each_machine
@pytest.mark.parametrize("wild", [False, True], ids=["plain", "wild"])
def test_many_graphs_that_are_cut_everywhere(wild, machine):
    @drawn(600)
    @given(graphs(wild))
    def check(one):
        check_nodes(one, machine)
        check_fused(one, machine)

    check()


@pytest.mark.sweep
@each_machine
@pytest.mark.parametrize("wild", [False, True], ids=["plain", "wild"])
def test_many_drawn_graphs(wild, machine):
    @drawn(1500)
    @given(graphs(wild, most=20))
    def check(one):
        check_nodes(one, machine)
        check_fused(one, machine)

    check()


def every(dtype, wild, shape):
    """A graph of every elementwise primitive of a dtype, side by side."""
    rng = np.random.default_rng(8)
    one = Drawn(Graph(), wild)
    inputs = [one.input(values(rng, shape, dtype, wild)) for _ in range(2)]
    for op in WITH[dtype]:
        one.add(op, inputs[: PRIMITIVES[op].count])
        one.add(op, inputs[::-1][: PRIMITIVES[op].count])
    truth = one.add("cast", inputs[:1], "bool")
    one.add("select", (truth, *inputs))
    for to in DTYPES:
        one.add("cast", inputs[1:], to.name)
    return one


@pytest.mark.parametrize("wild", [False, True], ids=["plain", "wild"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_elementwise_primitive(dtype, wild):
    check_nodes(every(dtype, wild, (7, 10)), "host")


@pytest.mark.sweep
@each_machine
@pytest.mark.parametrize("shape", [(), (5,), (3000,)], ids=str)
@pytest.mark.parametrize("wild", [False, True], ids=["plain", "wild"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_elementwise_primitive_on_every_machine(dtype, wild, shape, machine):
    check_nodes(every(dtype, wild, shape), machine)


def exact(node):
    """Whether NumPy's answer is the only one."""
    ambiguous = node.op == "reduce" and node.attributes[0] in ("max", "min")
    return not (summed(node) or ambiguous or (node.op in ROUNDED and node.dtype.kind == "f"))


def fence(array, at_the_end):
    """The same numbers between pages that may not be touched."""
    memory = Fenced(max(array.nbytes, 1), at_the_end)
    flat = memory.bytes[: array.nbytes].view(array.dtype)
    flat[...] = array.ravel()
    return memory, flat.reshape(array.shape)


@given(graphs(wild=True), st.sampled_from(RUNNABLE), st.booleans())
@drawn(20)
def test_inputs_between_fences_are_read_and_not_written(one, machine, at_the_end):
    fenced = [fence(array, at_the_end) for array in one.arrays]
    before = [array.tobytes() for array in one.arrays]
    code = compile_graph(one.graph, machine)
    found = code([array for _, array in fenced])
    assert [array.tobytes() for _, array in fenced] == before
    again = code([array for _, array in fenced])
    assert [a.tobytes() for a in found] == [b.tobytes() for b in again]
    if all(exact(one.graph.nodes[at]) for at in one.kept):
        for came, wanted in zip(found, interpret(one.graph, one.arrays), strict=True):
            assert same(came, np.asarray(wanted)).all()


@given(graphs(), st.data())
@drawn(15)
def test_inputs_that_lie_anyhow_give_the_same_bits(one, data):
    code = compile_graph(one.graph)
    wanted = code(one.arrays)
    spread = []
    for array in one.arrays:
        step = data.draw(st.sampled_from([-1, 2, -3]))
        room = np.zeros((*array.shape, abs(step)), array.dtype)
        room[..., 0] = array
        lies = np.array(room[..., 0], order="F")
        if array.ndim and step < 0:
            lies = lies[::-1].copy(order="K")[::-1]
        spread.append(room[..., 0] if data.draw(st.booleans()) else lies)
    for a, b in zip(code(spread), wanted, strict=True):
        assert a.tobytes() == b.tobytes()


def odd_arrays():
    """The numbers 1, 2, 3 as float32 and in every other way."""
    plain = np.array([1, 2, 3], np.float32)
    unaligned = np.zeros(13, np.uint8)[1:].view(np.float32)
    unaligned[...] = plain
    fixed = plain.copy()
    fixed.flags.writeable = False
    return [plain, unaligned, fixed, plain.astype(">f4"), plain.astype(np.float64), [1, 2, 3],
            np.repeat(plain, 2)[::2], plain[::-1].copy()[::-1], plain.view(np.recarray),
            plain.astype(np.int8)]  # fmt: skip


@pytest.mark.parametrize("machine", ["host", "baseline"])
def test_arrays_of_other_orders_and_dtypes_are_copied(machine):
    graph = Graph()
    x, number = graph.input((3,), "float32"), graph.input((), "float64")
    graph.outputs = [graph.add("negative", [x]), graph.add("square", [number])]
    code = compile_graph(graph, machine)
    for array, one in itertools.product(odd_arrays(), [3, 3.0, np.float64(3), np.array(3, ">f8")]):
        first, second = code([array, one])
        assert type(first) is np.ndarray
        assert (first.tolist(), second.tolist()) == ([-1, -2, -3], 9)


@pytest.mark.parametrize("machine", ["host", "baseline"])
@pytest.mark.parametrize(
    "shapes", [[(3, 2)], [(3, 2), ()] * 2, [], [(3, 2), (1,)], [(2, 3), ()], [(6,), ()], [(2,), ()]]
)
def test_other_arrays_than_were_compiled_for_are_refused(shapes, machine):
    # All float64, so that an array too many could be taken for an output.
    graph = Graph()
    x, number = graph.input((3, 2), "float64"), graph.input((), "float64")
    graph.outputs = [graph.add("negative", [x]), graph.add("square", [number])]
    code = compile_graph(graph, machine)
    with pytest.raises(GraphError, match=r"inputs; \d arrays|input \d is float64"):
        code([np.zeros(shape) for shape in shapes])


WRITES = {
    "chain": lambda g, x: g.add("exp", [g.add("negative", [x])]),
    "truth": lambda g, x: g.add("isfinite", [x]),
    "rows": lambda g, x: g.add("reduce", [x], "sum", (1,)),
    "columns": lambda g, x: g.add("reduce", [x], "max", (0,)),
    "turned": lambda g, x: g.add("square", [g.add("transpose", [x], (1, 0))]),
    "placed": lambda g, x: g.add(
        "place", [x], (40, 70), ((38, g.nodes[x].shape[0], -1), (1, g.nodes[x].shape[1], 2))
    ),
    "product": lambda g, x: g.add(
        "dot", [g.add("reshape", [x], (1, *g.nodes[x].shape)),
                g.add("reshape", [g.add("transpose", [x], (1, 0))], (1, *g.nodes[x].shape[::-1]))]
    ),
    "joined": lambda g, x: g.add("concat", [x, g.add("negative", [x]), x], 1),
}  # fmt: skip


@each_machine
@each_float
@pytest.mark.parametrize("what", WRITES)
def test_outputs_between_fences(what, dtype, machine, monkeypatch):
    kept = []

    def empty(shape, dtype):
        kept.append(Fenced(max(math.prod(shape) * np.dtype(dtype).itemsize, 1), at_the_end))
        size = math.prod(shape) * np.dtype(dtype).itemsize
        return kept[-1].bytes[:size].view(dtype).reshape(shape)

    for shape in ((1, 1), (3, 5), (17, 33), (9, 16)):
        graph, rng = Graph(), np.random.default_rng(5)
        graph.outputs.append(WRITES[what](graph, graph.input(shape, dtype)))
        code = compile_graph(graph, machine)
        array = values(rng, shape, dtype, wild=False)
        for at_the_end in (True, False):
            with monkeypatch.context() as patch:
                patch.setattr("thalweg.native.compiled.empty", empty)
                _, given = fence(array, at_the_end)
                (found,) = code([given])
            (wanted,) = interpret(graph, [array])
            np.testing.assert_allclose(found, wanted, 40 * np.finfo(dtype).eps, 1e-6)
            assert len(kept) > 0


AXES = [
    ((2**24 + 100,), (0,), None),
    ((2**21 + 5, 3), (0,), None),
    ((3, 2**21 + 9), (1,), (1, 0)),
    ((1025, 2**10, 2), (0, 1), None),
    ((1025, 2**10, 2), (0, 1), (1, 2, 0)),
    ((7, 3000, 50), (1,), None),
    ((50, 40, 50), (0, 2), (1, 0, 2)),
]


@each_machine
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "with a row added"])
@pytest.mark.parametrize(("shape", "axes", "perm"), AXES)
def test_long_sums_keep_their_digits(shape, axes, perm, beside, machine):
    # Constant numbers are the worst case: every rounding goes the same way. NumPy's own bound
    # along the axis closest in memory is 256 units (`thalweg.ops.summation`).
    graph, part = Graph(), np.float32(0.1)
    array = np.full(shape, part)
    x = graph.input(shape, "float32")
    if perm:
        x = graph.add("transpose", [x], perm)
        axes = tuple(sorted(perm.index(axis) for axis in axes))
    lies = graph.nodes[x].shape
    arrays = [array]
    if beside:
        row = graph.input((1,) * (len(lies) - 1) + lies[-1:], "float32")
        x = graph.add("add", [x, graph.add("broadcast", [row], lies)])
        arrays.append(np.full(graph.nodes[row].shape, part))
    graph.outputs.append(graph.add("reduce", [x], "sum", axes))
    (found,) = compile_graph(graph, machine)(arrays)
    exact = math.prod([lies[axis] for axis in axes]) * float(part) * (1 + beside)
    assert np.abs(found - exact).max() <= 200 * np.finfo(np.float32).eps * exact


@each_machine
@pytest.mark.parametrize("kind", ["sum", "max", "product"])
@pytest.mark.parametrize("shape", [(128,), (133,), (3, 260), (1000,), (5, 7, 131)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_chains_of_which_vectors_are_computed_side_by_side(dtype, shape, kind, machine):
    graph = Graph()
    x, y = (graph.input(shape, dtype) for _ in range(2))
    inner = graph.add("add", [graph.add("multiply", [x, y]), graph.add("sin", [x])])
    whole = graph.add("multiply", [graph.add("tanh", [inner]), graph.add("exp", [y])])
    graph.outputs += [whole, graph.add("reduce", [whole], kind, (len(shape) - 1,))]
    graph.outputs.append(graph.add("reduce", [whole], kind, tuple(range(len(shape)))))
    arrays = np.random.default_rng(9).normal(size=(2, *shape)).astype(dtype)
    found = compile_graph(graph, machine)(list(arrays))
    wide = [one.astype(float) for one in arrays]
    wanted = np.tanh(wide[0] * wide[1] + np.sin(wide[0])) * np.exp(wide[1])
    reduce = {"sum": np.sum, "max": np.max, "product": np.prod}[kind]
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(found[0], wanted, rtol=20 * eps, atol=20 * eps)
    for one, axis in ((found[1], -1), (found[2], None)):
        scale = np.sum(np.abs(wanted), axis=axis) if kind == "sum" else 0
        limit = (
            20 * eps * (np.abs(reduce(wanted, axis=axis)) * whole_size(shape, axis, kind) + scale)
        )
        assert (np.abs(one - reduce(wanted, axis=axis)) <= limit + 1e-30).all()


def whole_size(shape, axis, kind):
    """How many roundings a product's error is made of."""
    many = math.prod(shape) if axis is None else shape[-1]
    return 10 * many if kind == "product" else 1


@each_machine
def test_ones_are_counted_beyond_what_one_addition_after_the_other_could(machine):
    for shape in ((2**25,), (2**24 + 2, 2)):
        graph = Graph()
        graph.outputs.append(graph.add("reduce", [graph.input(shape, "float32")], "sum", (0,)))
        (found,) = compile_graph(graph, machine)([np.ones(shape, np.float32)])
        assert (found == shape[0]).all()


@each_machine
@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_none_does_not_spoil_other_columns(odd, machine):
    graph = Graph()
    graph.outputs.append(graph.add("reduce", [graph.input((3000, 5), "float32")], "sum", (0,)))
    array = np.ones((3000, 5), np.float32)
    array[1000, 3] = odd
    (found,) = compile_graph(graph, machine)([array])
    np.testing.assert_array_equal(found, [3000, 3000, 3000, odd, 3000])


@each_machine
@pytest.mark.parametrize("kind", ["int32", "int64"])
@pytest.mark.parametrize("number", [5, 6, 2**31 - 1, -1, -6, -(2**31)])
@pytest.mark.parametrize("op", ["take", "put"])
def test_numbers_of_rows_that_are_not_there(op, number, kind, machine):
    graph = Graph()
    shape = (5, 3) if op == "take" else (4, 3)
    rows, at = graph.input(shape, "float64"), graph.input((4,), kind)
    graph.outputs.append(graph.add(op, [rows, at], *([5] if op == "put" else [])))
    code = compile_graph(graph, machine)
    keep, table = fence(np.arange(math.prod(shape), dtype=float).reshape(shape), number > 0)
    places = np.array([0, 4, 2, 4], kind)
    assert len(code([table, places])) == 1
    places[2] = number
    with pytest.raises(IndexError, match="not there"):
        code([table, places])
    assert keep is not None
    assert table.ravel().tolist() == list(range(math.prod(shape)))


@each_machine
@pytest.mark.parametrize("op", ["take", "put"])
def test_rows_of_nothing(op, machine):
    for count in (0, 2):
        graph = Graph()
        rows = graph.input((0, 3) if op == "take" else (count, 3), "float32")
        at = graph.input((count,), "int64")
        graph.outputs.append(graph.add(op, [rows, at], *([0] if op == "put" else [])))
        code = compile_graph(graph, machine)
        table = np.zeros(graph.nodes[rows].shape, np.float32)
        if count:
            with pytest.raises(IndexError):
                code([table, np.zeros(2, np.int64)])
        else:
            assert code([table, np.zeros(0, np.int64)])[0].shape == (0, 3)


@each_machine
def test_outputs_of_every_provenance(machine):
    graph = Graph()
    x = graph.input((3, 4), "float32")
    inner = graph.add("multiply", [x, x])
    turned = graph.add("transpose", [inner], (1, 0))
    constant = graph.constant(np.arange(6, dtype=np.int64).reshape(2, 3))
    uniform = graph.constant(np.full((2, 2), True))
    wide = graph.add("broadcast", [graph.constant(np.full((1, 3), 2.5))], (4, 3))
    number = graph.constant(np.float32(-0.0))
    flat = graph.add("reshape", [inner], (12,))
    part = graph.add("slice", [inner], ((2, 2, -2), (0, 4, 1)))
    none = graph.constant(np.zeros((0, 3), np.float32))
    iota = graph.add("iota", (), (2, 3), 1, "int32")
    graph.outputs = [x, inner, turned, x, constant, uniform, wide, inner, flat, part, number,
                     none, iota, turned]  # fmt: skip
    array = np.random.default_rng(2).normal(size=(3, 4)).astype(np.float32)
    found = compile_graph(graph, machine)([array])
    for came, wanted in zip(found, interpret(graph, [array]), strict=True):
        assert came.dtype == np.asarray(wanted).dtype
        assert same(came, np.asarray(wanted)).all()
    for a, b in itertools.combinations([array, *found], 2):
        assert not np.shares_memory(a, b)


@pytest.mark.parametrize("outputs", [0, 1])
def test_a_graph_of_nothing(outputs):
    graph = Graph()
    graph.outputs = [graph.constant(np.float64(2.5))] * outputs
    assert compile_graph(graph)([]) == [2.5] * outputs


def test_an_input_that_nothing_reads():
    graph = Graph()
    graph.input((3,), "float32")
    graph.outputs.append(graph.add("exp", [graph.input((2,), "float64")]))
    (found,) = compile_graph(graph)([np.zeros(3, np.float32), np.zeros(2)])
    assert found.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("kind", ["int32", "int64", "bool"])
def test_what_has_no_machine_code_says_so(kind):
    graph = Graph()
    a = graph.input((2, 3, 3), kind)
    graph.outputs.append(graph.add("dot", [a, a]))
    with pytest.raises(NotCompiled, match=f"of {kind}"):
        compile_graph(graph)


@each_machine
@pytest.mark.parametrize("kind", ["int32", "int64"])
def test_sums_of_whole_numbers_wrap_in_their_own_dtype(kind, machine):
    graph = Graph()
    graph.outputs.append(graph.add("reduce", [graph.input((5, 40), kind)], "sum", (0, 1)))
    array = np.full((5, 40), np.iinfo(kind).max // 3, kind)
    (found,) = compile_graph(graph, machine)([array])
    (wanted,) = interpret(graph, [array])
    assert found.dtype == wanted.dtype == np.dtype(kind)
    exact = int(array[0, 0]) * 200
    bits = 8 * np.dtype(kind).itemsize
    assert int(found) == int(wanted) == (exact + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


def test_the_long_axes_are_longer_than_a_block():
    from thalweg.native.map_loops import BLOCK

    assert min(LONG) < BLOCK == LONG[1] < LONG[2]
