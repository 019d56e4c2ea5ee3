"""Loops and branches in graphs: printed, read back, refused where they do not fit, walked by the passes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.graph.parsing import parse
from thalweg.graph.printing import text_of
from thalweg.graph.schedule import BACK, GO, KEEP, TAKE, actions, forward_turns
from thalweg.passes.order import run_passes

F8 = np.dtype("float64")


def affine():
    """A turn of `c -> c*w + r`, which also answers with c."""
    body = Graph()
    c, r, w = (body.input((), F8) for _ in range(3))
    new = body.add("add", [body.add("multiply", [c, w]), r])
    body.outputs = [new, c]
    return body.frozen()


def below(limit):
    condition = Graph()
    c, _ = condition.input((), F8), condition.input((), F8)
    condition.outputs = [condition.add("less", [c, condition.constant(limit)])]
    return condition.frozen()


def looped(turns=4, backward=False):
    graph = Graph()
    c, rows, w = graph.input((), F8), graph.input((turns,), F8), graph.input((), F8)
    loop = graph.add("loop", [c, rows, w], affine(), None, turns, 1, 1, backward, False)
    graph.outputs = [graph.add("output", [loop], place) for place in (0, 1)]
    return graph


def test_what_a_loop_computes():
    c, met, rows = 2.0, [], np.arange(1.0, 5.0)
    for r in rows:
        met.append(c)
        c = c * 0.5 + r
    end, stack = interpret(looped(), [np.float64(2.0), rows, np.float64(0.5)])
    assert end == c
    np.testing.assert_array_equal(stack, met)
    end, stack = interpret(looped(backward=True), [np.float64(2.0), rows[::-1], np.float64(0.5)])
    assert end == c
    np.testing.assert_array_equal(stack, met[::-1])


def test_a_loop_that_a_condition_ends():
    body = Graph()
    c, w = body.input((), F8), body.input((), F8)
    body.outputs = [body.add("multiply", [c, w]), c]
    graph = Graph()
    c, w = graph.input((), F8), graph.input((), F8)
    loop = graph.add("loop", [c, w], body.frozen(), below(20.0), 6, 1, 0, False, False)
    graph.outputs = [graph.add("output", [loop], place) for place in range(3)]
    again = parse(text_of(graph))
    for start, turns, end in ((3.0, 3, 24.0), (20.0, 0, 20.0), (0.1, 6, 6.4)):
        for one in (graph, again, run_passes(graph)):
            found, count, stack = interpret(one, [np.float64(start), np.float64(2.0)])
            np.testing.assert_allclose(found, end, rtol=1e-15)
            assert count == turns
            wanted = [start * 2.0**turn if turn < turns else 0.0 for turn in range(6)]
            np.testing.assert_allclose(stack, wanted, rtol=1e-15)


def test_a_loop_as_long_as_a_number_says():
    graph = Graph()
    n, c, rows, w = graph.input((), "int64"), graph.input((), F8), graph.input((4,), F8), graph.input((), F8)  # fmt: skip
    loop = graph.add("loop", [n, c, rows, w], affine(), None, 4, 1, 1, False, True)
    graph.outputs = [graph.add("output", [loop], 0)]
    rows = np.array([1.0, 10.0, 100.0, 1000.0])
    for count, wanted in ((-3, 0.0), (0, 0.0), (2, 11.0), (4, 1111.0), (9, 1111.0)):
        given = [np.int64(count), np.float64(0.0), rows, np.float64(1.0)]
        assert interpret(graph, given) == [wanted]


def test_a_choice():
    double, square = Graph(), Graph()
    x = double.input((), F8)
    double.outputs = [double.add("add", [x, x])]
    x = square.input((), F8)
    square.outputs = [square.add("multiply", [x, x])]
    graph = Graph()
    which, x = graph.input((), "int32"), graph.input((), F8)
    choice = graph.add("choose", [which, x], (double.frozen(), square.frozen()))
    graph.outputs = [graph.add("output", [choice], 0)]
    again = parse(text_of(graph))
    assert again.nodes == graph.nodes
    for one in (graph, again, run_passes(graph)):
        for number, wanted in ((-5, 6.0), (0, 6.0), (1, 9.0), (7, 9.0)):
            assert interpret(one, [np.int32(number), np.float64(3.0)]) == [wanted]


def test_the_text_reads_back():
    graph = looped()
    again = parse(text_of(graph))
    assert again.nodes == graph.nodes
    assert text_of(again) == text_of(graph)
    assert hash(again.nodes[3].attributes[0]) == hash(graph.nodes[3].attributes[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace("turns=4", "turns=5"), "has not 5 of them"),
        (lambda t: t.replace("carried=1 rows=1", "carried=2 rows=1"), "has not 4 of them"),
        (lambda t: t.replace("carried=1 rows=1", "carried=0 rows=1"), "has not 4 of them|takes"),
        (lambda t: t.replace("turns=4", "turns=-1"), "a number of turns"),
        (lambda t: t.replace("counted=False", "counted=True"), "number of turns is one int64"),
        (lambda t: t.replace("  body:", "  house:"), "has the attributes"),
        (lambda t: t.replace("multiply %0, %2 : float64[]", "less %0, %2 : bool[]"), "line 10"),
        (lambda t: t.replace("outputs %4, %0", "outputs %9, %0"), "line 11"),
        (lambda t: t.replace("place=1 : float64[4]", "place=2 : float64[4]", 2), "line 13"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(change, words):
    text = text_of(looped())
    assert change(text) != text
    with pytest.raises(GraphError, match=words):
        parse(change(text))


def test_branches_that_do_not_fit_are_refused():
    graph = Graph()
    x = graph.input((), F8)
    one, other = Graph(), Graph()
    one.outputs = [one.input((), F8)]
    other.outputs = [other.add("cast", [other.input((), F8)], "float32")]
    truth = graph.add("less", [x, x])
    for which, given, branches, words in (
        (truth, [x], (one.frozen(), other.frozen()), "answer differently"),
        (truth, [], (one.frozen(),), "a branch takes"),
        (x, [x], (one.frozen(),), "one whole number"),
        (truth, [x], (), "one whole number"),
    ):
        with pytest.raises(GraphError, match=words):
            graph.add("choose", [which, *given], branches)


def test_two_equal_loops_are_one_node():
    graph = looped()
    loop = graph.nodes[3]
    assert graph.add("loop", loop.inputs, affine(), *loop.attributes[1:]) == 3


def test_nothing_that_nobody_asks_for_is_left():
    """What is not asked for goes, and what only it needs; what is carried through is not carried."""
    body = Graph()
    a, b, c, r, s, w = (body.input((), F8) for _ in range(6))
    fine = body.add("multiply", [body.add("add", [a, b]), r])
    body.outputs = [fine, b, body.add("exp", [c]), body.add("sin", [s]), fine]
    graph = Graph()
    a, b, c = (graph.input((), F8) for _ in range(3))
    r, s, w = graph.input((4,), F8), graph.input((4,), F8), graph.input((), F8)
    loop = graph.add("loop", [a, b, c, r, s, w], body.frozen(), None, 4, 3, 2, False, False)
    graph.outputs = [graph.add("output", [loop], 0), graph.add("output", [loop], 1)]
    simple = run_passes(graph)
    (node,) = [node for node in simple.nodes if node.op == "loop"]
    assert node.inputs == (a, r, b)
    assert node.attributes[3:5] == (1, 1)
    assert [one.op for one in node.attributes[0].nodes] == ["input"] * 3 + ["add", "multiply"]
    assert simple.outputs[1] == b
    given = [np.float64(x) for x in (1.0, 2.0, 3.0)] + [np.arange(4.0), np.ones(4), np.float64(5)]
    assert interpret(simple, given) == interpret(graph, given)


def test_what_is_the_same_each_turn_is_computed_before():
    body = Graph()
    c, w = body.input((3,), F8), body.input((3,), F8)
    body.outputs = [body.add("add", [c, body.add("exp", [body.add("negative", [w])])])]
    graph = Graph()
    c, w = graph.input((3,), F8), graph.input((3,), F8)
    loop = graph.add("loop", [c, w], body.frozen(), None, 5, 1, 0, False, False)
    graph.outputs = [graph.add("output", [loop], 0)]
    simple = run_passes(graph)
    assert [node.op for node in simple.nodes] == ["input", "input", "negative", "exp", "loop", "output"]  # fmt: skip
    given = [np.arange(3.0), np.array([0.1, -0.3, 0.7])]
    np.testing.assert_array_equal(interpret(simple, given)[0], interpret(graph, given)[0])


@cache
def fewest(turns, kept):
    """How many turns are computed forward, tried out: the definition that the schedule must reach."""
    if turns <= 1:
        return 0
    if kept == 1:
        return turns * (turns - 1) // 2
    return min(
        stop + fewest(stop, kept) + fewest(turns - stop, kept - 1) for stop in range(1, turns)
    )


@pytest.mark.parametrize("turns", [1, 2, 3, 7, 16, 33])
def test_the_schedule_is_right_and_the_best(turns):
    for kept in range(1, turns + 3):
        at, slots, gone, back = 0, {}, 0, []
        for what, first, second in actions(turns, kept):
            if what == KEEP:
                assert (at, first < kept) == (second, True)
                slots[first] = second
            elif what == TAKE:
                assert slots[first] == second
                at = second
            elif what == GO:
                assert at == first
                at, gone = second, gone + second - first
            else:
                assert (what, at) == (BACK, first)
                back.append(first)
        assert back == list(range(turns))[::-1]
        assert gone == forward_turns(turns, kept) == fewest(turns, kept)


def test_as_many_turns_as_the_binomial_coefficient_says_are_repeated_twice():
    """With 3 states and 2 repetitions 10 turns can be passed, by Griewank's formula."""
    assert forward_turns(10, 3) == 2 * 10 - 5
