"""TensorFlow's own tests of its tape, by line: Jacobians, batch Jacobians, aggregation.

Not here: the convolution of 57 (layers), the sparse slices of 58 and 60, of which the dense answers
remain. What of 53 and 57 goes through `function`, `cond` and `foldl` stands in
test_lines_through_functions_and_loops.py.
"""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

LOOPED = pytest.mark.parametrize("pfor", [True, False], ids=["pfor", "while_loop"])


@LOOPED
def test_53_jacobian(pfor):
    x, y = tw.constant([1.0, 2.0]), tw.constant([3.0, 4.0])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = x * x * y
    by_x, by_y = tape.jacobian(z, [x, y], experimental_use_pfor=pfor)
    np.testing.assert_array_equal(by_x, np.diag([6.0, 16.0]))
    np.testing.assert_array_equal(by_y, np.diag([1.0, 4.0]))


def test_54_persistent_tape_of_jacobian():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises(RuntimeError, match="persistent"):
        tape.jacobian(y, x, experimental_use_pfor=False)


def test_54_persistent_tape_of_batch_jacobian():
    x = tw.constant([[1.0, 2.0]])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises(RuntimeError, match="persistent"):
        tape.batch_jacobian(y, x, experimental_use_pfor=False)


def test_55_parallel_iterations_of_jacobian():
    x = tw.constant([[1.0, 2.0], [3.0, 4.0]])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x @ x
    two, three = (tape.jacobian(y, x, parallel_iterations=n) for n in (2, 3))
    np.testing.assert_array_equal(two, three)
    eye, a = np.eye(2), x.numpy()
    expected = np.einsum("ik,lj->ijkl", eye, a) + np.einsum("ik,jl->ijkl", a, eye)
    np.testing.assert_array_equal(two, expected)


def test_55_parallel_iterations_of_batch_jacobian():
    x = tw.constant([[1.0, 2.0], [3.0, 4.0]])
    w = tw.constant([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tw.matmul(x, w)
    two, three = (tape.batch_jacobian(y, x, parallel_iterations=n) for n in (2, 3))
    np.testing.assert_array_equal(two, three)
    np.testing.assert_array_equal(two, [w.numpy().T, w.numpy().T])


def test_55_batch_jacobian_parallel_iterations():
    x = tw.constant([[1.0, 2.0]])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises(RuntimeError, match=r"persistent=True.*parallel_iterations"):
        tape.batch_jacobian(y, x, parallel_iterations=8)


def test_56_jacobian_inside_gradient_tape_scope():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
        jacobian = tape.jacobian(z, x)
    assert float(jacobian) == 108.0


def test_56_batch_jacobian_inside_gradient_tape_scope():
    x = tw.constant([[3.0]])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
        jacobian = tape.batch_jacobian(z, x)
    np.testing.assert_array_equal(jacobian, [[[108.0]]])


def test_57_nested_jacobian():
    x = tw.constant(np.ones((10, 2)))
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = tw.reduce_sum(tw.square(x))
        dy_x = inner.jacobian(y, x)
    dy_xx = outer.batch_jacobian(dy_x, x)
    np.testing.assert_array_equal(dy_xx, [[[2.0, 0.0], [0.0, 2.0]]] * 10)


def test_57_jacobian_of_a_jacobian():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        first = inner.jacobian(y, x)
    second = outer.jacobian(first, x)
    expected = np.zeros((2, 2, 2))
    expected[0, 0, 0], expected[1, 1, 1] = 6.0, 12.0
    np.testing.assert_array_equal(second, expected)


def test_57_nested_batch_jacobian_fold():
    def fold(rows):
        total = tw.constant(np.zeros(2))
        for row in rows:
            total = total * row + row * row
        return total

    x = tw.constant(np.array([[[1.0, 2.0], [3.0, 4.0]], [[0.5, -1.0], [2.0, 1.5]]]))
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = tw.stack([fold([x[b, 0], x[b, 1]]) for b in range(2)])
        first = inner.batch_jacobian(y, x)
    second = outer.batch_jacobian(first, x)
    # y = a²·b + b² for rows a, b: by a 2ab, by b a² + 2b, by aa 2b, by ab 2a, by bb 2.
    a, b = x.numpy()[:, 0], x.numpy()[:, 1]
    by_a, by_b = first.numpy()[:, :, 0], first.numpy()[:, :, 1]
    np.testing.assert_allclose(np.diagonal(by_a, axis1=1, axis2=2), 2 * a * b)
    np.testing.assert_allclose(np.diagonal(by_b, axis1=1, axis2=2), a**2 + 2 * b)
    for one in range(2):
        for place in range(2):
            block = second.numpy()[one, place, :, place, :, place]
            expected = [[2 * b[one, place], 2 * a[one, place]], [2 * a[one, place], 2.0]]
            np.testing.assert_allclose(block, expected)


def test_57_cond_func_grad_jacobian():
    x = tw.constant(1.0)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as inner:
            inner.watch(x)
            y = x**3 if x > 0.0 else x**2
        slope = inner.gradient(y, x)
    assert float(slope) == 3.0
    assert float(outer.jacobian(slope, x)) == 6.0


@LOOPED
def test_58_indexed_slices(pfor):
    x = tw.constant(np.arange(6.0).reshape(3, 2))
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tw.nn.embedding_lookup(x, [0, 2])
    found = tape.jacobian(y, x, experimental_use_pfor=pfor)
    expected = np.zeros((2, 2, 3, 2))
    for row, place in enumerate([0, 2]):
        expected[row, :, place] = np.eye(2)
    np.testing.assert_array_equal(found, expected)


@LOOPED
def test_58_empty_tensor_consistent_jacobian(pfor):
    x = tw.constant(np.zeros((0, 3)))
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    assert tape.jacobian(y, x, experimental_use_pfor=pfor).shape == (0, 3, 0, 3)
    assert tape.batch_jacobian(y, x, experimental_use_pfor=pfor).shape == (0, 3, 3)


@LOOPED
def test_59_batch_jacobian(pfor):
    x = tw.constant([[1.0, 2.0], [3.0, 4.0]])
    y = tw.constant([[3.0, 4.0], [5.0, 6.0]])
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        z = x * x * y
    found = tape.batch_jacobian(z, x, experimental_use_pfor=pfor)
    np.testing.assert_array_equal(found, [np.diag([6.0, 16.0]), np.diag([30.0, 48.0])])


def test_59_bad_shape():
    x = tw.constant(np.ones((2, 3)))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.concat([x, x], axis=0)
    with pytest.raises(ValueError, match="Need first dimension"):
        tape.batch_jacobian(y, x)


@pytest.mark.parametrize(("target", "source"), [((2, 2), (2,)), ((2,), (2, 2))])
def test_59_bad_rank(target, source):
    x = tw.constant(np.ones(source))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.constant(np.ones(target))
    with pytest.raises(ValueError, match="must have rank at least 2"):
        tape.batch_jacobian(y, x)


@LOOPED
def test_59_degenerate_shape(pfor):
    x = tw.constant(np.zeros((1, 0)))
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**2
    assert tape.batch_jacobian(y, x, experimental_use_pfor=pfor).shape == (1, 0, 0)


@pytest.mark.parametrize("dtype", [tw.float32, tw.float64])
@pytest.mark.parametrize("unconnected", ["none", "zero"])
def test_59_unconnected_has_zeros_of_the_right_dtype(dtype, unconnected):
    x, z = tw.constant(np.ones((2, 2)), dtype=dtype), tw.constant(np.ones((2, 3)), dtype=dtype)
    with tw.GradientTape() as tape:
        tape.watch([x, z])
        y = z * z
    found = tape.batch_jacobian(y, x, unconnected_gradients=unconnected)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, np.zeros((2, 3, 2)))


def test_59_repeat_and_slice():
    x = tw.constant([[1.0, 2.0], [3.0, 4.0]])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.repeat(x, 2, axis=1)[:, 1:4]
    found = tape.batch_jacobian(y, x)
    np.testing.assert_array_equal(found, [[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]] * 2)


def test_60_no_gradients():
    table = tw.constant(np.ones((3, 2)))
    with tw.GradientTape() as tape:
        tape.watch(table)
        y = tw.constant(1.0)
    assert tape.gradient(y, table) is None


@pytest.mark.parametrize("lookups", [[[0, 2]], [[0, 2], [1, 2]]])
@pytest.mark.parametrize("dense", [False, True])
def test_60_gradients_of_lookups_add_up(lookups, dense):
    table = tw.constant(np.ones((3, 2)))
    with tw.GradientTape() as tape:
        tape.watch(table)
        parts = [tw.reduce_sum(tw.gather(table, places)) for places in lookups]
        y = sum(parts[1:], parts[0])
        if dense:
            y = y + tw.reduce_sum(table * [[10.0, 20.0]])
    expected = np.zeros((3, 2)) + (np.array([[10.0, 20.0]]) if dense else 0.0)
    for places in lookups:
        expected[places] += 1.0
    np.testing.assert_array_equal(tape.gradient(y, table), expected)
