"""Functions made of ops, and NumPy's functions on Tensors: values, gradients, tangents, bends."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import thalweg as tw
from ops.against_differences import check

WELL = np.array([[4.0, 1.0, 0.5], [0.3, 3.0, -1.0], [0.2, 0.7, 5.0]])
MASK = np.array([[True, False, True], [False, True, False]])

NUMPYS = {
    "dot of vectors": (np.dot, (3,), (3,)),
    "dot with a vector": (np.dot, (2, 3), (3,)),
    "dot over the last axis but one": (np.dot, (2, 3), (2, 3, 2)),
    "dot with a number": (np.dot, (), (3,)),
    "inner": (np.inner, (2, 3), (4, 3)),
    "outer": (np.outer, (2, 2), (3,)),
    "vdot": (np.vdot, (2, 2), (2, 2)),
    "tensordot": (lambda a, b: np.tensordot(a, b, 2), (2, 3, 4), (3, 4, 2)),
    "einsum": (lambda a, b: np.einsum("ij,jk->ki", a, b), (2, 3), (3, 2)),
    "solve": (np.linalg.solve, WELL, (3,)),
    "inv": (np.linalg.inv, WELL),
    "std": (lambda x: np.std(x, axis=0, ddof=1), (4, 2)),
    "var": (lambda x: np.var(x, ddof=1), (4, 2)),
    "mean": (lambda x: np.mean(x, 0), (4, 2)),
    "prod with a zero": (lambda x: np.prod(x, axis=0), np.array([[0.0, 2.0], [3.0, 4.0]])),
    "max": (lambda x: np.max(x, axis=1), (2, 3)),
    "amin": (lambda x: np.amin(x, axis=0, keepdims=True), (2, 3)),
    "norm": (lambda x: np.linalg.norm(x, axis=1), (2, 3)),
    "norm of a matrix, 1": (lambda x: np.linalg.norm(x, 1), (3, 2)),
    "norm of a matrix, inf": (lambda x: np.linalg.norm(x, np.inf), (3, 2)),
    "cumsum": (np.cumsum, (2, 3)),
    "cumprod": (lambda x: np.cumprod(x, axis=1), (2, 3)),
    "cumprod with zeros": (np.cumprod, np.array([0.0, 2.0, 0.0])),
    "clip": (lambda x: np.clip(x, None, 0.5), (2, 3)),
    "where": (lambda x: np.where(x > 0, x * x, -x), (4,)),
    "transpose": (lambda x: np.transpose(x, (1, 2, 0)), (2, 3, 4)),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 2), (2, 3, 4)),
    "moveaxis": (lambda x: np.moveaxis(x, [0, 1], [-1, 0]), (2, 3, 4)),
    "expand_dims": (lambda x: np.expand_dims(x, (0, 2)), (2, 3)),
    "squeeze": (np.squeeze, (1, 3, 1)),
    "ravel": (np.ravel, (2, 3)),
    "flip": (np.flip, (2, 3)),
    "roll, flattened": (lambda x: np.roll(x, 2), (2, 3)),
    "tile": (lambda x: np.tile(x, (2, 1, 2)), (2, 3)),
    "repeat": (lambda x: np.repeat(x, [1, 0, 2], axis=1), (2, 3)),
    "pad, wrap": (lambda x: np.pad(x, 1, mode="wrap"), (3, 4)),
    "pad, one pair": (lambda x: np.pad(x, (1, 2)), (3,)),
    "diag of a vector": (lambda x: np.diag(x, 1), (3,)),
    "diag of a matrix": (lambda x: np.diag(x, -1), (3, 3)),
    "diagonal": (lambda x: np.diagonal(x, 1, 0, 2), (3, 2, 3)),
    "trace": (np.trace, (3, 3)),
    "tril": (lambda x: np.tril(x, -1), (3, 4)),
    "triu": (lambda x: np.triu(x, 1), (3, 4)),
    "take, flattened": (lambda x: np.take(x, [0, -1]), (2, 3)),
    "take_along_axis": (
        lambda x: np.take_along_axis(x, np.array([[2, 0, 0], [1, 1, 2]]), 1),
        (2, 3),
    ),
    "sort": (np.sort, (4, 2)),
    "concatenate, flattened": (lambda a, b: np.concatenate([a, b], axis=None), (2, 1), (2, 3)),
    "vstack": (lambda a, b: np.vstack([a, b]), (3,), (2, 3)),
    "hstack of vectors": (lambda a, b: np.hstack([a, b]), (3,), (2,)),
    "hstack of matrices": (lambda a, b: np.hstack([a, b]), (2, 3), (2, 1)),
    "column_stack": (lambda a, b: np.column_stack([a, b]), (3,), (3,)),
    "stack": (lambda a, b: np.stack([a, b], axis=1), (3,), (3,)),
    "split": (lambda x: np.split(x, [1, 3])[1], (4,)),
    "meshgrid": (lambda a, b: np.meshgrid(a, b)[0] * np.meshgrid(a, b)[1], (2,), (3,)),
    "linspace": (lambda a, b: np.linspace(a, b, 5, axis=1), (2,), (2,)),
}

EQUATIONS = (
    ("ii", (3, 3)), ("ii->i", (3, 3)), ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ba", (2, 3)),
    ("i,j->ij", (2,), (3,)), ("bij,bjk->bik", (2, 3, 2), (2, 2, 3)), ("ij,kj->", (2, 3), (4, 3)),
    ("...ij,...jk->...ik", (2, 2, 3), (3, 2)), ("...i,...i->...", (2, 1, 3), (4, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)), ("i,i,i->i", (3,), (3,), (3,)), ("ij,j", (2, 3), (3,)),
    ("iij,j->i", (2, 2, 3), (3,)), ("iijj->ij", (2, 2, 3, 3)), ("a...b,b...->...a", (2, 3, 2), (2, 1)),
    ("ab,cb,b->ca", (2, 3), (4, 3), (3,)), ("...j->...", (2, 3)),
)  # fmt: skip


def running(function, fill, exclusive, reverse):
    """NumPy's cumulative function with TensorFlow's two switches, by hand."""

    def call(x):
        turned = x[::-1] if reverse else x
        out = function(turned, axis=0)
        if exclusive:
            out = np.concatenate([np.full_like(out[:1], fill), out[:-1]])
        return out[::-1] if reverse else out

    return call


def shortened(x, axis=None):
    return x * np.minimum(1, 1 / np.linalg.norm(x, axis=axis, keepdims=True))


OURS = {
    "matvec": (lambda a, b: tw.linalg.matvec(a, b, transpose_a=True), lambda a, b: a.T @ b, (3, 2), (3,)),
    "tensordot": (
        lambda a, b: tw.tensordot(a, b, [[0, 2], [1, 0]]),
        lambda a, b: np.tensordot(a, b, [[0, 2], [1, 0]]), (2, 3, 4), (4, 2, 2),
    ),
    "solve, adjoint": (
        lambda a, b: tw.linalg.solve(a, b, adjoint=True), lambda a, b: np.linalg.solve(a.T, b), WELL, (3, 2),
    ),
    "moments": (lambda x: tw.nn.moments(x, [0])[1], lambda x: np.var(x, 0), (4, 2)),
    "mean of moments": (lambda x: tw.nn.moments(x, [1])[0] ** 2, lambda x: np.mean(x, 1) ** 2, (2, 3)),
    "l2_normalize": (
        lambda x: tw.math.l2_normalize(x, 1), lambda x: x / np.linalg.norm(x, axis=1, keepdims=True), (3, 2),
    ),
    "normalize": (
        lambda x: tw.linalg.normalize(x, axis=1)[0],
        lambda x: x / np.linalg.norm(x, axis=1, keepdims=True), (3, 2),
    ),
    "l2_loss": (tw.nn.l2_loss, lambda x: np.sum(x * x) / 2, (3, 2)),
    "clip_by_norm": (lambda x: tw.clip_by_norm(x, 1.0), shortened, (3, 2)),
    "clip_by_global_norm": (
        lambda x, y: tw.concat(tw.clip_by_global_norm([x, y], 1.0)[0], 0),
        lambda x, y: shortened(np.concatenate([x, y])), (3,), (2,),
    ),
    "clip_by_value": (lambda x: tw.clip_by_value(x, -0.5, 0.5), lambda x: np.clip(x, -0.5, 0.5), (2, 3)),
    "set_diag": (tw.linalg.set_diag, lambda a, d: a - np.diag(np.diag(a)) + np.diag(d), (3, 3), (3,)),
    "trace": (tw.linalg.trace, lambda x: np.trace(x, axis1=-2, axis2=-1), (2, 3, 3)),
    "gather": (lambda x: tw.gather(x, [[0, 2], [2, 2]], axis=1), lambda x: np.take(x, [[0, 2], [2, 2]], 1), (2, 3)),
    "gather in batches": (
        lambda x: tw.gather(x, [[0, 2], [2, 2]], batch_dims=1),
        lambda x: np.take_along_axis(x, np.array([[0, 2], [2, 2]]), 1), (2, 3),
    ),
    "gather_nd": (lambda x: tw.gather_nd(x, [[0, 2], [1, 1]]), lambda x: x[[0, 1], [2, 1]], (2, 3)),
    "gather_nd in batches": (
        lambda x: tw.gather_nd(x, [[0], [1]], batch_dims=1), lambda x: x[[0, 1], [0, 1]], (2, 3),
    ),
    "slice": (lambda x: tw.slice(x, [0, 1], [-1, 2]), lambda x: x[:, 1:3], (2, 3)),
    "strided_slice": (lambda x: tw.strided_slice(x, [2, 0], [0, 3], [-1, 2]), lambda x: x[2:0:-1, 0:3:2], (3, 3)),
    "strided_slice, masks": (
        lambda x: tw.strided_slice(x, [1, 1], [9, 9], end_mask=1, shrink_axis_mask=2),
        lambda x: x[1:, 1], (3, 3),
    ),
    "boolean_mask": (lambda x: tw.boolean_mask(x, [True, False, True], axis=1), lambda x: x[:, [0, 2]], (2, 3)),
    "boolean_mask over two axes": (lambda x: tw.boolean_mask(x, MASK), lambda x: x[MASK], (2, 3)),
    "tensor_scatter_nd_add": (
        lambda t, u: tw.tensor_scatter_nd_add(t, [[0], [0]], u),
        lambda t, u: np.stack([t[0] + u[0] + u[1], t[1]]), (2, 3), (2, 3),
    ),
    "embedding_lookup": (lambda t: tw.nn.embedding_lookup(t, [1, 1, 0]), lambda t: t[[1, 1, 0]], (2, 3)),
    "embedding_lookup, short rows": (
        lambda t: tw.nn.embedding_lookup(t, [1, 1, 0], max_norm=1.0),
        lambda t: shortened(t[[1, 1, 0]], 1), (2, 3),
    ),
    "sort, descending": (
        lambda x: tw.sort(x, axis=0, direction="DESCENDING"), lambda x: -np.sort(-x, axis=0), (4, 2),
    ),
    "top_k": (lambda x: tw.math.top_k(x, 2).values, lambda x: -np.sort(-x)[..., :2], (2, 4)),
    "split": (lambda x: tw.split(x, [1, -1], axis=1)[1] ** 2, lambda x: x[:, 1:] ** 2, (2, 3)),
    "unstack": (lambda x: tw.unstack(x, axis=1)[1] ** 2, lambda x: x[:, 1] ** 2, (2, 3)),
    "linspace": (lambda a, b: tw.linspace(a, b, 5), lambda a, b: np.linspace(a, b, 5), (), ()),
    "fill": (lambda x: tw.fill([2, 2], x), lambda x: np.full((2, 2), x), ()),
    "pad, constant": (
        lambda x: tw.pad(x, [[1, 1], [0, 2]], constant_values=3.0),
        lambda x: np.pad(x, [[1, 1], [0, 2]], constant_values=3.0), (3, 4),
    ),
    "pad, reflect": (
        lambda x: tw.pad(x, [[1, 1], [0, 2]], "REFLECT"),
        lambda x: np.pad(x, [[1, 1], [0, 2]], "reflect"), (3, 4),
    ),
    "pad, symmetric": (
        lambda x: tw.pad(x, [[1, 1], [0, 2]], "SYMMETRIC"),
        lambda x: np.pad(x, [[1, 1], [0, 2]], "symmetric"), (3, 4),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMPYS)
def test_numpy_functions_on_tensors(name):
    function, *shapes = NUMPYS[name]
    check(name, function, function, *shapes)


@pytest.mark.parametrize("name", OURS)
def test_functions_made_of_ops(name):
    check(name, *OURS[name])


@pytest.mark.parametrize(("equation", *["shapes"]), [(one, rest) for one, *rest in EQUATIONS])
def test_einsum(equation, shapes):
    check(equation, lambda *x: tw.einsum(equation, *x), lambda *x: np.einsum(equation, *x), *shapes)


@pytest.mark.parametrize(("exclusive", "reverse"), [*itertools.product((False, True), repeat=2)])
def test_cumulative_switches(exclusive, reverse):
    check(
        "cumprod", lambda x: tw.math.cumprod(x, 0, exclusive, reverse),
        running(np.cumprod, 1.0, exclusive, reverse), (5, 2),
    )  # fmt: skip
    check(
        "cumsum", lambda x: tw.cumsum(x, 0, exclusive, reverse),
        running(np.cumsum, 0.0, exclusive, reverse), (5, 2),
    )  # fmt: skip


@pytest.mark.parametrize("order", [1, 1.5, 2, 3, np.inf])
@pytest.mark.parametrize("axis", [None, 1])
def test_norms_of_vectors(order, axis):
    check(
        f"norm {order} {axis}", lambda x: tw.norm(x, order, axis),
        lambda x: np.linalg.norm(x if axis else x.ravel(), order, axis), (3, 2),
    )  # fmt: skip


@pytest.mark.parametrize("axis", [None, 0, -1, [0, 1], (-1, 0)])
@pytest.mark.parametrize("name", ["variance", "std"])
def test_moments_along_axes(name, axis):
    function = {"variance": (tw.math.reduce_variance, np.var), "std": (tw.math.reduce_std, np.std)}[
        name
    ]
    place = tuple(axis) if isinstance(axis, list) else axis
    check(
        f"{name} {axis}", lambda x: function[0](x, axis, True),
        lambda x: function[1](x, axis=place, keepdims=True), (3, 4),
    )  # fmt: skip
