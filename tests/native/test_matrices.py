"""Factors and solutions, compiled: against NumPy, with gradients, and what has no answer asks Python."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_triangular

import thalweg as tw
from native.runnable import RUNNABLE
from thalweg.graph.graph import Graph
from thalweg.graph.interpreter import interpret
from thalweg.native.compiled import compile_graph
from thalweg.ops.lapack import LARGEST, NotPositiveDefiniteError, SingularMatrixError

EPS = {"float32": 1e-4, "float64": 1e-11}
each_machine = pytest.mark.parametrize("machine", RUNNABLE)
each_dtype = pytest.mark.parametrize("dtype", EPS)


def regular(size, dtype, seed=0):
    """A matrix whose first pivots are small, so that rows change places."""
    found = np.random.default_rng([seed, size]).normal(size=(size, size))
    found += 3 * np.eye(size)[::-1]
    return found.astype(dtype)


def positive(size, dtype):
    half = regular(size, np.float64)
    return (half @ half.T + np.eye(size)).astype(dtype)


def made(op, *arrays, machine="host", attributes=()):
    graph = Graph()
    inputs = [graph.input(one.shape, one.dtype) for one in arrays]
    graph.outputs = [graph.add(op, inputs, *attributes)]
    (found,) = compile_graph(graph, machine)(list(arrays))
    (wanted,) = interpret(graph, list(arrays))
    near = EPS[found.dtype.name]
    np.testing.assert_allclose(found, wanted, rtol=near, atol=near * np.abs(wanted).max(initial=0))
    return found


@each_machine
@each_dtype
@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 37, 101])
def test_factors_and_solutions(size, dtype, machine):
    a = np.stack([regular(size, dtype), regular(size, dtype, 1), positive(size, dtype)])
    b = np.random.default_rng(2).normal(size=(3, size, 4)).astype(dtype)
    found = made("solve", a, b, machine=machine)
    np.testing.assert_allclose(a @ found, b, rtol=0, atol=2000 * EPS[dtype])
    low = made("cholesky", a[2:], machine=machine)
    np.testing.assert_array_equal(low, np.tril(low))
    np.testing.assert_allclose(low[0] @ low[0].T, a[2], rtol=EPS[dtype], atol=EPS[dtype] * size)
    steep = a + 9 * np.eye(size, dtype=dtype)
    for lower in (True, False):
        for turned in (True, False):
            x = made("triangular", steep, b, machine=machine, attributes=(lower, turned))
            wanted = solve_triangular(steep[0], b[0], lower=lower, trans=int(turned))
            np.testing.assert_allclose(x[0], wanted, rtol=0, atol=EPS[dtype])


def test_transposed_and_repeated_operands():
    a, b = regular(5, "float64"), np.random.default_rng(3).normal(size=(2, 5, 3))
    graph = Graph()
    x, y = graph.input((5, 5), "float64"), graph.input((2, 3, 5), "float64")
    turned = graph.add("transpose", [x], (1, 0))
    stack = graph.add("broadcast", [graph.add("reshape", [turned], (1, 5, 5))], (2, 5, 5))
    sides = graph.add("transpose", [y], (0, 2, 1))
    graph.outputs = [graph.add("solve", [stack, sides])]
    (found,) = compile_graph(graph)([a, np.swapaxes(b, 1, 2).copy()])
    np.testing.assert_allclose(found, np.linalg.solve(a.T, b), rtol=1e-10, atol=1e-12)


def likelihood(matrix, y):
    """A Gaussian's logarithm, and its gradients."""
    with tw.GradientTape() as tape:
        tape.watch([matrix, y])
        factor = tw.linalg.cholesky(matrix)
        white = tw.linalg.triangular_solve(factor, y[:, None])
        loss = tw.reduce_sum(white * white) + tw.linalg.logdet(matrix)
        loss += tw.reduce_sum(tw.linalg.solve(matrix, y[:, None]) * y[:, None])
        loss += tw.linalg.trace(tw.linalg.inv(matrix))
    return [loss, *tape.gradient(loss, [matrix, y])]


@each_dtype
def test_a_gaussian_likelihood_and_its_gradients(dtype):
    compiled, y = tw.function(likelihood), tw.constant(np.linspace(-1, 1, 6).astype(dtype))
    for shift in range(4):
        matrix = tw.constant(positive(6, dtype) + shift * np.eye(6, dtype=dtype))
        for came, wanted in zip(compiled(matrix, y), likelihood(matrix, y), strict=True):
            assert came.dtype == wanted.dtype
            np.testing.assert_allclose(came, wanted, rtol=30 * EPS[dtype], atol=30 * EPS[dtype])
    assert compiled.why_not_compiled() == ""


REFUSED = {
    "cholesky": (lambda a: tw.linalg.cholesky(a), NotPositiveDefiniteError),
    "solve": (lambda a: tw.linalg.solve(a, a), SingularMatrixError),
    "inv": (lambda a: tw.linalg.inv(a), SingularMatrixError),
    "triangular_solve": (lambda a: tw.linalg.triangular_solve(a, a), SingularMatrixError),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_answer_is_told_as_python_tells_it(name):
    function, error = REFUSED[name]
    compiled = tw.function(function)
    fine = tw.constant(positive(3, "float64"))
    for _ in range(3):
        np.testing.assert_allclose(compiled(fine), function(fine), rtol=1e-10, atol=1e-12)
    assert compiled.why_not_compiled() == ""
    with pytest.raises(error):
        compiled(fine * 0.0)
    for odd in (np.nan, np.inf):
        array = positive(3, "float64")
        array[1, 0] = array[0, 1] = odd
        given = tw.constant(array)
        np.testing.assert_array_equal(np.isnan(compiled(given)), np.isnan(function(given)))


@pytest.mark.parametrize("name", ["cholesky", "inv"])
def test_what_is_singular_but_for_rounding_is_pythons(name):
    function, _ = REFUSED[name]
    third = np.array([[1.0, 1 / 3], [1 / 3, 1 / 9 + 2.0**-54]])
    compiled, given = tw.function(function), tw.constant(positive(2, "float64"))
    compiled(given)
    compiled(given)

    def answer(call):
        try:
            return call(tw.constant(third)).numpy().tobytes()
        except np.linalg.LinAlgError as error:
            return type(error)

    assert answer(compiled) == answer(function)


def test_large_matrices_are_lapacks():
    compiled = tw.function(lambda a: tw.linalg.inv(a))
    a = tw.constant(positive(LARGEST + 1, "float64"))
    np.testing.assert_array_equal(compiled(a), tw.linalg.inv(a))
    assert f"more than {LARGEST} rows" in compiled.why_not_compiled()


def test_rows_are_worked_on_in_vectors():
    """One by one, a factor of 200 rows took 18 times as long as LAPACK's."""
    from thalweg.native.stages import stages_of

    for op, kind in (("cholesky", "float64"), ("solve", "float32")):
        graph = Graph()
        inputs = [graph.input((1, 9, 9), kind) for _ in range(1 + (op == "solve"))]
        graph.outputs = [graph.add(op, inputs)]
        text = stages_of(graph).llvm
        body = text[text.index(f"@tw.{op}.{kind}(") :].split("\n}")[0]
        assert "= fmul" in body
        assert " x double>" in body or " x float>" in body
