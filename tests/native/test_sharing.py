"""Several threads compute what one does, whatever is split, and no two get in each other's way.

Every kernel that can be split is split here, however small it is. Who may touch what between two
barriers is checked element by element, by sets, beside the strides and bounds that the code looks at.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thalweg as tw
from graph.random_graphs import graphs
from native.agreement import check_fused, check_nodes
from native.test_compiled_graphs import drawn
from native.test_compiled_loop import check, descent, regression
from thalweg.core.threads import of_this_process
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.symbol import Symbol
from thalweg.native import compiled, kernels_by_matrix, kernels_by_number
from thalweg.native import kernels as kernels_module
from thalweg.native.compiled import Compiled, CompiledLoop
from thalweg.native.kernels import (
    Alone,
    Barrier,
    Buffer,
    Kernels,
    Map,
    Reduction,
    Split,
    View,
    Zeros,
)
from thalweg.native.machine import machine
from thalweg.native.parts import axis_in, part_of, sizes_of, touches
from thalweg.native.planning import plan_kernels
from thalweg.native.regions import Access, in_each_others_way, region
from thalweg.native.sharing import share
from thalweg.native.team import team_of


@pytest.fixture(params=[2, 3], ids=["two threads", "three threads"])
def split_all(request, share_all):
    """Everything is split that can be, among so many threads."""
    return share_all(request.param)


def test_drawn_graphs_that_are_split_everywhere(split_all):
    @drawn(12)
    @given(graphs())
    def check(one):
        check_nodes(one, "host")
        check_fused(one, "host")

    check()


@pytest.mark.sweep
@pytest.mark.parametrize("wild", [False, True], ids=["plain", "wild"])
def test_many_drawn_graphs_that_are_split_everywhere(split_all, wild):
    @drawn(500)
    @given(graphs(wild, most=20))
    def check(one):
        check_nodes(one, "host")
        check_fused(one, "host")

    check()


def elements(view, offset=0):
    """The places of a view's elements in its buffer."""
    places = {view.offset + offset}
    for size, stride in zip(view.shape, view.strides, strict=True):
        places = {one + k * stride for one in places for k in range(size)}
    return places


def touched(step, buffers, threads):
    """By threads, the elements that are read and written: (buffer, element) each."""
    if isinstance(step, Alone):
        (first,) = touched(step.step, buffers, 1)
        return [first] + [(set(), set())] * (threads - 1)
    if isinstance(step, Zeros):
        return [(set(), {(step.buffer, k) for k in range(buffers[step.buffer].size)})] * threads
    found = []
    for thread in range(threads):
        part, at = step, 0
        if isinstance(step, Split):
            at = thread * step.part
            last = thread == threads - 1
            size = sizes_of(step.step)[step.axis] - at if last else step.part
            part = part_of(step.step, step.axis, at, size)
        read, written = set(), set()
        for one in touches(part):
            where = elements(one.view)
            if isinstance(step, Split) and step.gathered and one.reduced:
                each = len(set(where))
                where = {place + thread * each for place in where}
                if thread == threads - 1 and buffers[one.view.buffer].size > threads * each:
                    where |= {place + each for place in where}
            (written if one.written else read).update((one.view.buffer, k) for k in where)
        found.append((read, written))
    return found


def check_waits(kernels, own):
    """No thread touches what another writes before all have waited, and nobody misses a value."""
    threads, private = kernels.threads, set()
    for buffer in kernels.buffers:
        if buffer.kind in ("scratch", "constant") or buffer.number in own:
            private.add(buffer.number)
    since = [(set(), set()) for _ in range(threads)]
    for step in kernels.steps:
        if isinstance(step, Barrier):
            since = [(set(), set()) for _ in range(threads)]
            continue
        now = touched(step, kernels.buffers, threads)
        for number in {one[0] for _, written in now for one in written} & private:
            assert not isinstance(step, Split | Alone), (number, step)
        for one, other in itertools.permutations(range(threads), 2):
            for mine, theirs in ((now[one], since[other]), (now[one], now[other])):
                clash = mine[1] & (theirs[0] | theirs[1]) | mine[0] & theirs[1]
                assert not {place for place in clash if place[0] not in private}, step
        for (read, written), (more, made) in zip(since, now, strict=True):
            read |= more
            written |= made


@pytest.mark.parametrize("threads", [2, 3, 4])
def test_threads_wait_wherever_they_must(threads, however_small):
    split = []

    @settings(drawn(60), max_examples=60)
    @given(graphs(most=14))
    def check(one):
        graph = one.graph if hasattr(one, "graph") else one
        kernels = share(plan_kernels(graph), threads, {})
        split.extend(step for step in kernels.steps if isinstance(step, Split))
        if kernels.threads > 1:
            check_waits(kernels, {})

    check()
    assert split


@pytest.mark.parametrize("threads", [2, 3])
def test_what_each_thread_has_in_memory_of_its_own_each_thread_writes(threads, however_small):
    held = []

    @settings(drawn(60), max_examples=60)
    @given(graphs(most=14), st.data())
    def check(one, data):
        kernels = plan_kernels(one.graph if hasattr(one, "graph") else one)
        outside = [buffer for buffer in kernels.buffers if buffer.kind in ("input", "output")]
        drawn_own = data.draw(st.sets(st.sampled_from(outside))) if outside else set()
        own = {buffer.number: buffer for buffer in drawn_own}
        shared = share(kernels, threads, own)
        if shared.threads > 1:
            check_waits(shared, own)
            held.extend(number for number in own if own[number].kind == "output")

    check()
    assert held


def test_every_kernel_says_what_it_writes():
    rooms = (kernels_module, kernels_by_matrix, kernels_by_number)
    kinds = {one for room in rooms for one in vars(room).values() if is_dataclass(one)}
    kinds -= {Alone, Barrier, Buffer, Kernels, Reduction, Split, View, Zeros, Map}
    assert len(kinds) >= 10
    for kind in kinds:
        views_held = {one.name for one in fields(kind) if "View" in str(one.type)}
        assert isinstance(kind.writes, tuple), kind
        assert set(kind.writes) <= views_held, kind


@st.composite
def views(draw):
    rank = draw(st.integers(0, 3))
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=rank, max_size=rank)))
    strides = draw(
        st.lists(st.sampled_from([0, 1, 2, 3, 4, 8, 12, -1]), min_size=rank, max_size=rank)
    )
    offset = draw(st.integers(12, 40))
    return View(0, offset, shape, tuple(strides), np.dtype(np.float32))


@settings(max_examples=400, deadline=None)
@given(views(), views())
def test_two_threads_that_share_an_element_are_in_each_others_way(one, other):
    first = Access(0, True, (region(one), None))
    second = Access(0, False, (None, region(other)))
    if elements(one) & elements(other):
        assert in_each_others_way(first, second)
    assert not in_each_others_way(first._replace(written=False), second)


@pytest.mark.parametrize("shape", [(7,), (64, 3), (1000,), (33, 65)])
@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_loops_over_states_small_and_large(shape, rounds, split_all):
    graph, states = descent(shape)
    x = np.random.default_rng(1).normal(size=shape)
    check(graph, states, [x, np.float64(0.1), np.int64(40)], rounds)


@pytest.mark.parametrize("sizes", [(20, 64, 32), (7, 33, 31), (129, 100, 16), (3, 1100, 1)])
def test_loops_with_products_that_are_added_where_their_state_lies(sizes, split_all):
    graph, states = regression(*sizes)
    rows, columns, out = sizes
    rng = np.random.default_rng(2)
    check(graph, states, [rng.normal(size=(columns, out)), rng.normal(size=(rows, columns)),
                          rng.normal(size=(rows, out)), np.float64(1e-4)], 5)  # fmt: skip


def long_sums():
    """Sums along every axis of a large array, and of what is computed from it, in one loop."""
    graph = Graph()
    x = Symbol(graph, graph.input((257, 1021), "float64"))
    y = np.exp(x)
    for axis in (0, 1, None):
        graph.outputs += [
            np.add.reduce(y, axis=axis).number,
            np.maximum.reduce(x, axis=axis).number,
        ]
    graph.outputs.append((y * 2).number)
    return graph


def test_sums_are_brought_together_from_parts_of_any_length(split_all):
    graph = long_sums()
    x = np.random.default_rng(3).normal(size=(257, 1021))
    program = Compiled(graph, machine(), split_all)
    for found, wanted in zip(program([x]), interpret(graph, [x]), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_the_same_numbers_again(split_all):
    program = Compiled(long_sums(), machine(), split_all)
    x = np.random.default_rng(4).normal(size=(257, 1021))
    first = program([x])
    for _ in range(20):
        for one, again in zip(first, program([x]), strict=True):
            np.testing.assert_array_equal(one, again)


def test_who_finds_the_others_busy_computes_alone(split_all):
    graph, states = regression(60, 64, 32)
    loop = CompiledLoop(graph, states, machine(), split_all)
    rng = np.random.default_rng(5)
    given = [rng.normal(size=(64, 32)), rng.normal(size=(60, 64)), rng.normal(size=(60, 32)),
             np.float64(1e-4)]  # fmt: skip
    wanted = loop(given, 300)[0][0]
    found = []

    def work():
        found.append(loop(given, 300)[0][0])

    mates = [threading.Thread(target=work) for _ in range(6)]
    for one in mates:
        one.start()
    for one in mates:
        one.join()
    assert len(found) == 6
    for one in found:
        np.testing.assert_allclose(one, wanted, rtol=1e-10)


def test_without_a_team_one_thread_does_all(split_all, monkeypatch):
    def none(size):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("thalweg.native.team._teams", {})
    monkeypatch.setattr("thalweg.native.team.Team", none)
    assert team_of(split_all) is None
    graph, states = descent((1000,))
    check(graph, states, [np.linspace(-1, 1, 1000), np.float64(0.1), np.int64(1)], 3)


FORKED = """
import os, sys
import numpy as np
import thalweg as tw
f = tw.function(lambda x: tw.reduce_sum(tw.exp(x) * tw.sin(x)))
x = tw.constant(np.linspace(0, 1, 2_000_000))
before = float(f(x))
child = os.fork()
if child == 0:
    os._exit(0 if abs(float(f(x)) - before) <= 1e-12 * abs(before) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_the_child_of_a_fork_has_a_team_of_its_own():
    given = {**os.environ, "THALWEG_NUM_THREADS": "2"}
    assert subprocess.run([sys.executable, "-c", FORKED], env=given, timeout=120).returncode == 0


@pytest.mark.parametrize(("said", "count"), [("3", 3), ("1", 1), ("100000", 256)])
def test_the_environment_says_how_many_threads(said, count, monkeypatch):
    monkeypatch.setenv("THALWEG_NUM_THREADS", said)
    of_this_process.cache_clear()
    assert of_this_process() == count
    of_this_process.cache_clear()


@pytest.mark.parametrize("said", ["0", "-2", "two", "", "1.5"])
def test_what_is_no_count_of_threads_is_passed_over(said, monkeypatch):
    monkeypatch.setenv("THALWEG_NUM_THREADS", said)
    of_this_process.cache_clear()
    assert 1 <= of_this_process() <= (os.cpu_count() or 1)
    of_this_process.cache_clear()


def several_small_states(rows):
    """A scalar, a short vector and a counter as states; the loss reads a column of so many rows."""
    graph = Graph()
    w, v = (Symbol(graph, graph.input(shape, "float64")) for shape in ((), (2,)))
    count = Symbol(graph, graph.input((), "int64"))
    x, y = (Symbol(graph, graph.input((rows,), "float64")) for _ in range(2))
    rest = w * x + np.add.reduce(v, axis=None) - y
    loss = np.add.reduce(rest * rest, axis=None) / rows
    slope = np.add.reduce(rest * x, axis=None) / rows
    lift = np.add.reduce(rest, axis=None) / rows
    graph.outputs = [
        loss.number, (w - 0.2 * slope).number, (v - 0.1 * lift).number, (count + 1).number,
        (slope * slope + lift).number,
    ]  # fmt: skip
    return graph, {0: 1, 1: 2, 2: 3}


@pytest.mark.parametrize("rounds", [1, 2, 7, 200])
def test_small_states_beside_large_data(rounds, split_all):
    graph, states = several_small_states(3000)
    rng = np.random.default_rng(6)
    x = rng.normal(size=3000)
    given = [np.float64(0.3), rng.normal(size=2), np.int64(5), x, 2.5 * x + rng.normal(size=3000)]
    check(graph, states, given, rounds)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
@pytest.mark.parametrize("start", [0.3, [0.3], [0.3, -0.2]], ids=["scalar", "one", "two"])
def test_descents_of_few_numbers_over_large_data(name, start, split_all):
    rng = np.random.default_rng(7)
    x = rng.normal(size=4000)
    y = 2.5 * x + 0.1 * rng.normal(size=4000)
    w = tw.Variable(start, dtype="float64")
    optimizer = getattr(tw.optimizers, name)(0.05)
    optimizer.minimize(lambda: tw.reduce_mean((tw.reduce_sum(w) * x - y) ** 2), [w], steps=60)
    assert optimizer.why_not_compiled == ""
    there, m, v = np.asarray(start, float).copy(), 0.0, 0.0
    for step in range(1, 61):
        slope = 2 * np.mean((there.sum() * x - y) * x) * np.ones_like(there)
        if name == "Adam":
            m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
            slope = m * np.sqrt(1 - 0.999**step) / (1 - 0.9**step) / (np.sqrt(v) + 1e-7)
        there = there - 0.05 * slope
    np.testing.assert_allclose(w.numpy(), there, rtol=1e-9)


@pytest.fixture
def two_threads(monkeypatch):
    monkeypatch.setattr(compiled, "threads", lambda: 2)
    compiled._programs.clear()
    yield
    compiled._programs.clear()


def check_equations(size, rows):
    rng = np.random.default_rng(8)
    a = rng.normal(size=(size, size)) + 0.1 * size * np.eye(size)
    b, big = rng.normal(size=(size, 1)), rng.normal(size=(rows, 200))

    @tw.function
    def both(a, b, big):
        x = tw.linalg.solve(tw.sin(a) + a, b)
        return tw.reduce_sum(x * 2.0), x, tw.reduce_sum(tw.exp(big))

    given = [tw.constant(one) for one in (a, b, big)]
    wanted = np.linalg.solve(np.sin(a) + a, b)
    for _ in range(50):
        total, x, rest = both(*given)
        np.testing.assert_allclose(x.numpy(), wanted, rtol=1e-8)
        np.testing.assert_allclose(total.numpy(), 2 * wanted.sum(), rtol=1e-8)
        np.testing.assert_allclose(rest.numpy(), np.exp(big).sum(), rtol=1e-12)
    assert both.why_not_compiled() == ""


@pytest.mark.parametrize("size", [3, 40])
def test_equations_solved_beside_what_is_split(size, split_all):
    check_equations(size, 300)


def test_long_equations_solved_beside_what_is_split(two_threads):
    check_equations(200, 10_000)


def test_a_part_of_a_view_goes_with_its_axis():
    graph, _ = regression(20, 64, 32)
    (product, *_) = [step for step in plan_kernels(graph).steps if hasattr(step, "alpha")]
    for axis, size in enumerate(sizes_of(product)):
        part = part_of(product, axis, 0, size)
        assert part == product
        assert [axis_in(product, place, axis) for place in range(3)] == [
            {0: 0, 1: 1, 3: 2}.get(axis), {0: 0, 2: 2, 3: 1}.get(axis), {0: 0, 1: 1, 2: 2}.get(axis)
        ]  # fmt: skip


def test_few_threads_share_little_work():
    graph, states = regression(60, 64, 32)
    assert CompiledLoop(graph, states, machine(), 64)._programs.threads == 1
    graph, states = regression(600, 64, 32)
    assert CompiledLoop(graph, states, machine(), 64)._programs.threads == 2
    graph, states = regression(6000, 64, 32)
    assert 2 < CompiledLoop(graph, states, machine(), 64)._programs.threads < 64


def test_a_large_matrix_is_shared_though_it_meets_one_row():
    graph, states = regression(1, 784, 128)
    assert CompiledLoop(graph, states, machine(), 2)._programs.threads == 2
    graph, states = regression(1, 64, 32)
    assert CompiledLoop(graph, states, machine(), 2)._programs.threads == 1
