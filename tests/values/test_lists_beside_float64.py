"""A list, or a number, beside a float64 Tensor is read in float64: no call rounds it to float32 first.

Every row of the table, every function made of ops and every supported function of NumPy is called with
float64 Tensors alone, and again with each of them in turn (and all but one) as the list of its numbers.
The answers are the same to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw
from numpy_functions.calls import CALLS, MASK, SQ, A, B, Call, P, S, V, W, c, of_ufunc
from thalweg.core.composite import COMPOSITES
from thalweg.core.op import TABLE
from thalweg.testing.cases import cases
from thalweg.values.numpy_names import classes
from thalweg.values.numpy_protocol import named

PSD = SQ @ SQ.T + np.eye(3)
CHOL = np.linalg.cholesky(PSD)

OURS: dict[str, list[Call]] = {
    "batch_normalization": [c(A, V[:4], P[:4], W[:4], P[:4] + 0.1, 1e-3), c(A, V[:4], P[:4], None, None, 1e-3)],
    "bias_add": [c(A, V[:4])],
    "bincount": [c([0, 1, 1, 3, 0], V, dtype="float64"), c([0, 1, 1, 3, 0], weights=V)],

    "cholesky_solve": [c(CHOL, A)],
    "clip_by_global_norm": [c([A, V], 1.1), c([A, V], S), c([A, V], S, use_norm=np.asarray(2.1))],
    "clip_by_norm": [c(A, S), c(A, S, axes=[1])],
    "clip_by_value": [c(A, -0.53, 0.81), c(A, B - 1.1, B + 0.3), c(A, S - 1, S), c(A, clip_value_min=B - 1.1, clip_value_max=S)],
    "confusion_matrix": [c([0, 1, 1, 2, 0], [0, 1, 2, 2, 1], 3, weights=V, dtype="float64")],
    "diag": [c(V, padding_value=S)],
    "diag_part": [c(A, k=(-1, 1), padding_value=S)],
    "einsum": [c("ij,jk->ik", A, B.T), c("i,i,i->i", V, W, P), c("ij->ji", A)],
    "embedding_lookup": [c(A, [0, 1]), c(A, [0, 1], max_norm=S)],


    "global_norm": [c([A, V])],
    "l2_normalize": [c(A, 1, epsilon=S)],
    "linspace": [c(S, 2 * S, 5), c(V, W, 3, axis=-1), c(V, W, 4)],
    "lstsq": [c(A.T, B.T), c(A.T, B.T, 0.3)],
    "matmul": [c(A, B.T), c(A, B, transpose_b=True)],
    "matvec": [c(A, V[:4])],
    "meshgrid": [c(V, W)],
    "moments": [c(A, [0], shift=V[:4])],
    "pad": [c(A, [[1, 0], [0, 1]], constant_values=S)],

    "polyval": [c([V, W, V], P), c([S, S / 3], P), c(list(V), S)],
    "scalar_mul": [c(S, A)],
    "set_diag": [c(SQ, V[:3])],
    "silu": [c(A, S)],
    "tensor_scatter_nd_add": [c(A, [[0], [2]], B[:2])],
    "tensordot": [c(A, B.T, 1)],
    "weighted_cross_entropy_with_logits": [c(P / 3, V, S), c(P / 3, V, W**2)],
    "where": [c(MASK, A, B), c(MASK, A, S), c(MASK[0], V[:4], W[:4])],
}  # fmt: skip
"""Calls of functions made of ops that take numbers in more than one place."""

PUBLIC: dict[str, list[Call]] = {
    "convert_to_tensor": [c([V, W]), c([[S, S / 3], [S / 7, S]])],
    "fill": [c([2], S)],
    "stack": [c([S, S / 3]), c([[S, S / 3], [S / 7, S]])],
    "concat": [c([[S, S / 3], V], 0)],
    "add": [c([S, S / 3], V[:2])],
    "reduce_sum": [c([S, S / 3]), c([[S, S / 3], [S / 7, S]])],
}  # fmt: skip
"""Calls of other functions, and lists with Tensors among numbers."""

ALONE = {
    name
    for name, one in COMPOSITES.items()
    if (len(one.signature.parameters) == 1 and name != "global_norm") or name in (
        "angle", "cholesky", "crelu", "cumprod", "cumulative_logsumexp", "eigh", "eigvalsh", "ensure_shape", "expand_dims",
        "boolean_mask", "gather", "gather_nd", "gelu", "lu", "matrix_transpose", "norm", "normalize", "pinv", "qr", "reduce_std", "reduce_variance", "repeat", "slice",
        "segment_max", "segment_mean", "segment_min", "segment_prod", "segment_sum", "slogdet", "sort", "split", "squeeze", "strided_slice", "svd", "top_k", "trace", "unique", "unsorted_segment_mean", "unsorted_segment_prod", "unsorted_segment_sqrt_n", "unstack",
    )
}  # fmt: skip
"""Functions made of ops that take numbers in one place."""

NOT_BY_LISTS = {
    "block": "the depth of its lists tells what stands beside what",
    "copyto": "is refused",
    "full_like": "NumPy looks for Tensors in its first argument alone",
    "trapezoid": "NumPy does not look for Tensors in dx",
    "apply_along_axis": "hands its function rows of the list",
    "choose": "a list of choices may be one array",
}
"""NumPy's functions to which a list says something else than an array."""


PUBLIC_ROWS = [
    name for name, op in TABLE.items() if op.public and (op.variadic or len(op.input_names) > 1)
]


def leaves_of(tree: Any) -> list[Any]:
    if isinstance(tree, np.ndarray | np.generic):
        return [tree] if tree.dtype.kind == "f" else []
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in leaves_of(part)]
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in leaves_of(part)]
    return []


def with_leaves(tree: Any, leaves: Any) -> Any:
    if isinstance(tree, np.ndarray | np.generic):
        return next(leaves) if tree.dtype.kind == "f" else tree
    if isinstance(tree, list | tuple):
        return type(tree)(with_leaves(part, leaves) for part in tree)
    if isinstance(tree, dict):
        return {key: with_leaves(part, leaves) for key, part in tree.items()}
    return tree


def parts(answer: Any) -> list[Any]:
    if isinstance(answer, list | tuple):
        return [part for one in answer for part in parts(one)]
    return [np.asarray(answer)]


def check(function: Any, call: Call, bound: float = 0.0) -> None:
    """The call with lists against the call with Tensors."""
    tree = (call.args, call.named)
    leaves = leaves_of(tree)

    def run(values: list[Any]) -> list[Any]:
        args, given = with_leaves(tree, iter(values))
        return parts(function(*args, **given))

    tensors = [tw.constant(one) for one in leaves]
    lists = [one.tolist() for one in leaves]
    wanted = run(tensors)
    for place in range(len(leaves)):
        one_list = [*tensors[:place], lists[place], *tensors[place + 1 :]]
        one_tensor = [*lists[:place], tensors[place], *lists[place + 1 :]]
        for values in (one_list, one_tensor)[: len(leaves)]:
            if len(leaves) == 1 and values is one_list:
                continue
            found = run(values)
            assert [one.dtype for one in found] == [one.dtype for one in wanted], place
            for mine, theirs in zip(found, wanted, strict=True):
                np.testing.assert_allclose(
                    mine, theirs, bound, bound, err_msg=f"list in place {place}"
                )


def callable_of(dotted: str) -> Any:
    found: Any = tw
    for name in dotted.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("name", PUBLIC_ROWS)
def test_rows(name: str) -> None:
    op = TABLE[name]
    for case in cases(op, 7):
        inputs = tuple(one if np.size(one) else None for one in case.inputs)
        if None in [None if one is None else 0 for one in inputs]:
            continue  # an empty list says no dtype
        args = (list(case.inputs),) if op.variadic else case.inputs
        check(op.eager, Call(args, dict(case.params)))


@pytest.mark.parametrize(
    ("name", "call"),
    [pytest.param(n, one, id=f"{n}-{k}") for n in OURS for k, one in enumerate(OURS[n])],
)
def test_functions_made_of_ops(name: str, call: Call) -> None:
    check(COMPOSITES[name].eager, call)


def test_no_function_made_of_ops_is_left_out() -> None:
    assert {*OURS, *ALONE} == {*COMPOSITES}
    assert not {*OURS} & ALONE


@pytest.mark.parametrize(
    ("name", "call"),
    [pytest.param(n, one, id=f"{n}-{k}") for n in PUBLIC for k, one in enumerate(PUBLIC[n])],
)
def test_other_functions(name: str, call: Call) -> None:
    check(callable_of(name), call)


def numpy_calls() -> list[Any]:
    found = []
    for name, (kind, _) in sorted(classes().items()):
        function = named(name)
        if kind != "supported" or name in NOT_BY_LISTS or function is None:
            continue
        calls = CALLS.get(name, [])
        if isinstance(function, np.ufunc) and name not in CALLS:
            calls = of_ufunc(name, function)
        calls = [one for one in calls if len(leaves_of((one.args, one.named))) > 1]
        if calls:
            found.append(pytest.param(function, calls, id=name))
    return found


@pytest.mark.parametrize(("function", "calls"), numpy_calls())
def test_functions_of_numpy(function: Any, calls: list[Call]) -> None:
    for call in calls:
        check(function, call, 1e-13)  # some take another order of steps with arrays


@pytest.mark.parametrize("seed", [[0.1, 0.2], (0.1, 0.2), [np.float64(0.1), 0.2]])
def test_cotangents(seed: Any) -> None:
    x = tw.constant([1.0, 1.0], "float64")
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * 1.0
        one = x[0] * 1.0
    assert tape.gradient(y, x, output_gradients=seed).numpy().tolist() == [0.1, 0.2]
    assert tape.gradient([y, one], x, output_gradients=[seed, 0.1]).numpy().tolist() == [
        0.1 + 0.1,
        0.2,
    ]
    assert tape.gradient(one, x, output_gradients=[0.1]).numpy().tolist() == [0.1, 0.0]
    assert tape.gradient(one, x, output_gradients=0.1).numpy().tolist() == [0.1, 0.0]
    with tape:
        inside = tape.gradient(y, x, output_gradients=seed)
    assert inside.numpy().tolist() == [0.1, 0.2]
    assert tw.vjp(lambda a: a * 1.0, x)[1](seed)[0].numpy().tolist() == [0.1, 0.2]


def test_gradients_by_rules_of_the_users() -> None:
    @tw.custom_gradient
    def tenth(x: Any) -> Any:
        return x * 0.1, lambda g: 0.1

    x = tw.constant(1.0, "float64")
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tenth(x)
    assert tape.gradient(y, x).numpy() == 0.1


def test_a_number_as_the_length_to_clip_by() -> None:
    parts, norm = tw.clip_by_global_norm([tw.constant([0.3, 0.4], "float64")], 0.7, use_norm=2.0)
    assert parts[0].numpy().tolist() == [0.3 * (0.7 / 2.0), 0.4 * (0.7 / 2.0)]
    assert norm.numpy() == 2.0


def test_tangents() -> None:
    x = tw.constant([1.0, 1.0], "float64")
    with tw.autodiff.ForwardAccumulator(x, [0.1, 0.2]) as acc:
        y = x * 1.0
    assert acc.jvp(y).numpy().tolist() == [0.1, 0.2]
    assert tw.jvp(lambda a: a * 1.0, [x], [[0.1, 0.2]])[1].numpy().tolist() == [0.1, 0.2]
    assert tw.hvp(lambda a: tw.reduce_sum(a * a) / 2, x, [0.1, 0.2]).numpy().tolist() == [0.1, 0.2]


def test_whole_numbers_stay_whole_where_they_are_places() -> None:
    x = tw.constant([0.1, 0.2, 0.3], "float64")
    assert tw.gather(x, [2, 0]).numpy().tolist() == [0.3, 0.1]
    assert tw.math.segment_sum(x, [0, 0, 1]).numpy().tolist() == [0.1 + 0.2, 0.3]
    assert tw.gather([1, 2], np.array([1], np.int64)).dtype == "int32"


def test_beside_float32_lists_are_float32() -> None:
    x = tw.constant([[0.1, 0.2]])
    for answer in (
        tw.matmul(x, [[1], [2]]), tw.matmul(x, [[0.1], [0.2]]), tw.nn.bias_add(x, [1, 2]), tw.where([True, False], x, [1, 2]),
        tw.einsum("ij,j->i", x, [1, 2]), tw.nn.weighted_cross_entropy_with_logits(x, [[1, 2]], 2),
    ):  # fmt: skip
        assert answer.dtype == "float32"
