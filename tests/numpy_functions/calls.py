"""Calls of NumPy's functions: arrays of floats stand where Tensors will stand, all else for itself."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Call(NamedTuple):
    """Arguments as NumPy takes them.

    Attributes:
        args, named: the arguments.
        smooth: whether central differences are an oracle here.
    """

    args: tuple[Any, ...]
    named: dict[str, Any]
    smooth: bool = True


def c(*args: Any, **named: Any) -> Call:
    return Call(args, named)


def value_only(*args: Any, **named: Any) -> Call:
    return Call(args, named, False)


def draw(*shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Any:
    """Numbers none of which is near another, a whole number or a half."""
    count = int(np.prod(shape))
    rng = np.random.default_rng([seed, *shape])
    numbers = low + (high - low) * (rng.permutation(count) + 0.37 + 0.2 * rng.random(count)) / count
    near = np.abs(numbers * 2 - np.rint(numbers * 2)) < 0.06
    return (numbers + np.where(near, 0.041, 0)).reshape(shape)


V = draw(5)
W = draw(5, seed=1)
P = draw(5, low=0.6, high=2.4)
A = draw(3, 4)
B = draw(3, 4, seed=1)
POS = draw(3, 4, low=0.6, high=2.4)
SQ = draw(3, 3)
CUBE = draw(2, 3, 4)
S = np.array(0.73)
HOLES = np.where(draw(3, 4, seed=5) > 0.9, np.nan, A)
MASK = draw(3, 4, seed=7) > -0.7
WHOLE = np.array([[3, 1, 2], [0, 2, 1]])
X = np.array([0.1, 0.55, 1.3, 1.7, 2.9])

UNARY_DOMAIN = {
    "arccosh": (1.2, 3.0), "acosh": (1.2, 3.0), "arccos": (-0.9, 0.9), "acos": (-0.9, 0.9),
    "arcsin": (-0.9, 0.9), "asin": (-0.9, 0.9), "arctanh": (-0.9, 0.9), "atanh": (-0.9, 0.9),
    "log": (0.4, 3.0), "log2": (0.4, 3.0), "log10": (0.4, 3.0), "log1p": (-0.6, 3.0),
    "sqrt": (0.4, 3.0), "tan": (-1.2, 1.2), "reciprocal": (0.4, 3.0), "cbrt": (0.4, 3.0),
}  # fmt: skip
POSITIVE_LEFT = ("power", "pow", "float_power")


def of_ufunc(name: str, ufunc: Any) -> list[Call]:
    """Calls of an elementwise ufunc of one or two floats."""
    if ufunc.signature is not None:
        return []
    low, high = UNARY_DOMAIN.get(name, (-2.0, 2.0))
    if ufunc.nin == 1:
        return [
            c(draw(3, 4, low=low, high=high)),
            c(draw(5, low=low, high=high)[::2]),
            c(np.asarray(S + (0.7 if low > 1 else 0))),
        ]
    left = POS if name in POSITIVE_LEFT else A
    right = draw(4, low=0.6, high=1.9)
    return [
        c(left, B if name not in POSITIVE_LEFT else A),
        c(left, right),
        c(2.5, right),
        c(left, 0.75),
        c(left[0], right[:, None]),
    ]


def reductions(*more: Call) -> list[Call]:
    return [
        c(POS), c(POS, 0), c(POS, axis=-1), c(a=POS), c(CUBE, axis=(0, 2)), c(CUBE, (1,), keepdims=True), c(S), *more,
    ]  # fmt: skip


def masked(**named: Any) -> list[Call]:
    return [c(POS, where=MASK, **named), c(POS, axis=1, where=MASK, **named)]


CALLS: dict[str, list[Call]] = {
    # sums and extremes
    "sum": reductions(c(A, initial=1.5), c(A, dtype=np.float32), *masked()),
    "prod": reductions(c(A, initial=1.5), c(A, axis=0, where=MASK)),
    "mean": reductions(c(A, 0, np.float32), *masked()),
    "max": reductions(c(A, initial=0.3), c(A, axis=1, where=MASK, initial=-5.0)),
    "amax": reductions(),
    "min": reductions(c(A, initial=0.3), c(A, axis=1, where=MASK, initial=5.0)),
    "amin": reductions(),
    "ptp": reductions(),
    "std": reductions(c(A, ddof=1), c(A, axis=0, correction=1), *masked(), c(A, mean=np.array(0.2))),
    "var": reductions(c(A, ddof=1), c(A, axis=0, correction=1), *masked(), c(A, mean=np.array(0.2))),
    "average": [
        c(A), c(A, 1), c(A, weights=POS), c(A, 1, draw(4, low=0.5, high=1.5)), c(A, 0, P[:3], True),
        c(A, axis=0, weights=P[:3], keepdims=True), c(CUBE, axis=(2, 0), weights=draw(4, 2, low=0.5, high=1.5)),
        c(A, returned=True), c(A, weights=[[1, 2, 3, 4]] * 3),
    ],
    "cumsum": [c(A), c(A, 0), c(A, axis=-1), c(a=V), c(A, dtype=np.float32)],
    "cumprod": [c(A), c(A, 0), c(A, axis=-1)],
    "cumulative_sum": [c(V), c(A, axis=1), c(A, axis=0, include_initial=True), c(V, dtype=np.float32)],
    "cumulative_prod": [c(V), c(A, axis=1), c(A, axis=0, include_initial=True)],
    # without NaN
    "nansum": [c(HOLES), c(HOLES, 0), c(HOLES, axis=1, keepdims=True), c(HOLES, initial=2.0), c(HOLES, where=MASK)],
    "nanprod": [c(HOLES), c(HOLES, 0), c(HOLES, axis=1, keepdims=True)],
    "nanmean": [c(HOLES), c(HOLES, 0), c(HOLES, axis=1, keepdims=True), c(HOLES, where=MASK)],
    "nanvar": [c(HOLES), c(HOLES, axis=1), c(HOLES, axis=1, ddof=1, keepdims=True)],
    "nanstd": [c(HOLES), c(HOLES, axis=1), c(HOLES, axis=1, ddof=1, keepdims=True)],
    "nanmax": [c(HOLES), c(HOLES, 0), c(HOLES, axis=1, keepdims=True), c(HOLES, initial=0.1), c(HOLES, where=MASK, initial=-9.0)],
    "nanmin": [c(HOLES), c(HOLES, 0), c(HOLES, axis=1, keepdims=True)],
    "nancumsum": [c(HOLES), c(HOLES, 1)],
    "nancumprod": [c(HOLES), c(HOLES, 1)],
    "nan_to_num": [c(HOLES), c(HOLES, nan=7.5), value_only(np.array([np.inf, -np.inf, 1.5]), posinf=1.0)],
    "nanmedian": [c(HOLES), c(HOLES, 1), c(HOLES, axis=0, keepdims=True)],
    "nanquantile": [c(HOLES, 0.3), c(HOLES, [0.1, 0.7], axis=1), c(HOLES, np.array([0.2, 0.45]))],
    "nanpercentile": [c(HOLES, 30), c(HOLES, [10, 70.5], axis=1)],
    # quantiles
    "median": [c(V), c(A), c(A, 1), c(CUBE, axis=(0, 2)), c(A, axis=0, keepdims=True), value_only(np.array([1.0, np.nan]))],
    "quantile": [
        c(A, 0.3), c(A, [0.1, 0.62], 1), c(A, np.array([0.3, 0.77]), axis=0, keepdims=True), c(CUBE, 0.45, axis=(0, 2)),
        c(V, np.array(0.3)), *[c(V, np.array([0.33, 0.71]), method=m) for m in (
            "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased")],
        *[value_only(V, [0.31, 0.66], method=m) for m in ("lower", "higher", "nearest", "midpoint")],
    ],
    "percentile": [c(A, 30), c(A, [10.0, 62], 1), c(V, np.array([31.0, 77.0])), c(a=V, q=25.5)],
    # statistics
    "cov": [
        c(A), c(V), c(A, B), c(A, rowvar=False), c(A, bias=True), c(A, ddof=0), c(V, W), c(A, dtype=np.float32),
        c(A, aweights=P[:4]), c(A, fweights=np.array([1, 2, 1, 3])),
        c(A, fweights=np.array([1, 2, 1, 3]), aweights=P[:4]), c(A, aweights=P[:4], bias=True),
    ],
    "corrcoef": [c(A), c(V, W), c(A, rowvar=False), c(A, B)],
    "convolve": [c(V, W[:3]), c(V[:2], W), *[c(V, W[:n], m) for n in (2, 3) for m in ("full", "same", "valid")], c(V[:2], W, "same"), c(V[:3], W, "valid"), c(V, [1, 0.5])],
    "correlate": [c(V, W[:3]), c(V[:2], W), *[c(V, W[:n], m) for n in (2, 3) for m in ("full", "same", "valid")], c(V[:2], W, "same"), c(V[:3], W, "same"), c(V[:3], W, "full"), c(V, draw(6), "same")],
    # differences
    "diff": [c(V), c(A), c(A, 2, 0), c(A, axis=0), c(V, prepend=0.5), c(A, append=B, axis=0), c(A, n=0), c(a=V, n=3), c(V, prepend=W, append=S)],
    "ediff1d": [c(A), c(V, to_end=W), c(V, np.array([9.5]), np.array([1.5, 2.5]))],
    "gradient": [
        c(V), c(A), c(A, axis=1), c(V, 0.5), c(V, X), c(A, 0.5, X[:4]), c(V, edge_order=2), c(V, X, edge_order=2),
        c(CUBE[:, :, :], axis=(1, 2)), c(A, np.array(0.4), axis=0, edge_order=2), c(CUBE, 2.0),
    ],
    "trapezoid": [c(V), c(V, X), c(A), c(A, dx=0.5), c(A, axis=0), c(A, X[:4]), c(A, np.sort(B, 0), axis=0), c(V, dx=S)],
    "interp": [
        c(np.array([0.3, 1.5, 2.2]), X, V), c(np.array([-1.0, 0.2, 5.0]), X, V), c(np.array([-1.0, 5.0]), X, V, 7.5, 8.5),
        c(0.8, X, V), c(x=np.array([-1.2, 3.3, 0.7]), xp=X, fp=V, period=3.1), c(np.array([[0.3], [1.5]]), X, V),
        c(np.array([0.3, 1.5]), X.tolist(), V), c(np.array([-1.0, 5.0]), X, V, left=np.array(2.5)),
    ],
    "unwrap": [c(np.array([0.3, 2.9, 6.8, 0.2])), c(4 * A, axis=0), c(3 * V, period=2.0)],
    # shapes
    "reshape": [c(A, (2, 6)), c(A, -1), c(A, (4, -1), order="F"), c(A, (2, 2, 3), "F"), c(A, shape=12), c(CUBE, (4, 6), order="A")],
    "ravel": [c(A), c(A, "F"), c(a=CUBE, order="C")],
    "transpose": [c(A), c(CUBE, (1, 2, 0)), c(CUBE, axes=[0, 2, 1]), c(a=V)],
    "permute_dims": [c(CUBE, (2, 0, 1))],
    "matrix_transpose": [c(A), c(CUBE)],
    "swapaxes": [c(CUBE, 0, 2), c(CUBE, axis1=-1, axis2=0)],
    "moveaxis": [c(CUBE, 0, -1), c(CUBE, [0, 1], [-1, 0])],
    "rollaxis": [c(CUBE, 2), c(CUBE, 0, 3), c(CUBE, 1, start=-1)],
    "expand_dims": [c(A, 0), c(A, axis=(0, -1)), c(V, -1)],
    "squeeze": [c(A[:, None]), c(A[None, :, None], axis=0), c(A[:, None], (1,))],
    "broadcast_to": [c(V, (2, 5)), c(S, 3), c(array=V, shape=(2, 5))],
    "broadcast_arrays": [c(V, A[:, :1]), c(V, 2.0)],
    "atleast_1d": [c(S), c(V), c(S, V)],
    "atleast_2d": [c(S), c(V), c(A, V)],
    "atleast_3d": [c(S), c(V), c(A), c(A, CUBE)],
    "flip": [c(A), c(A, 0), c(CUBE, axis=(0, -1))],
    "fliplr": [c(A)],
    "flipud": [c(A)],
    "rot90": [c(A), c(A, 2), c(A, -1), c(CUBE, 3, (1, 2)), c(A, 4)],
    "roll": [c(V, 2), c(A, 3), c(A, 1, 0), c(A, (1, -2), (0, 1)), c(A, 1, axis=(0, 1)), c(A, (1, 2), axis=1)],
    "resize": [c(A, (2, 3)), c(V, 12), c(V, (2, 7))],
    "copy": [c(A)],
    "astype": [c(A, np.float32), c(A, "float64")],
    # joins
    "concatenate": [c([A, B]), c((A, B[:, :2]), 1), c([A, V], None), c([V, W], axis=0, dtype=np.float32), c([V, [1, 2]])],
    "concat": [c([A, B], axis=-1)],
    "stack": [c([A, B]), c([A, B], -1), c([V, W], axis=1, dtype=np.float32), c([S, 2.0])],
    "vstack": [c([V, W]), c([A, V[:4]]), c(CUBE)],
    "hstack": [c([V, W]), c([A, B[:, :1]]), c([S, V])],
    "dstack": [c([V, W]), c([A, B]), c([CUBE, CUBE[:, :, :1]])],
    "column_stack": [c([V, W]), c([A, V[:3]])],
    "row_stack": [c([V, W])],
    "block": [c([[A, B], [B, A]]), c([V, W]), c(A), c([[SQ, np.zeros((3, 1))], [V[:3], 2.0]])],
    "append": [c(V, W), c(V, 1.5), c(A, B, 0), c(A, B, axis=1)],
    "insert": [
        c(V, 1, 2.5), c(V, 2, W[:3]), c(V, [0, 3], W[:2]), c(A, 1, V[:3], axis=1), c(A, 1, 9.5, 0), c(A, [1, 2], B[:, :2], axis=1),
        c(A, slice(0, 2), 3.5, axis=0), c(A, [1], [[1.5], [2.5], [3.5]], axis=1), c(V, -1, S), c(V, [1, 1, 4], 0.5),
    ],
    "delete": [c(V, 1), c(A, [0, 2], 1), c(A, slice(None, None, 2), axis=1), c(A, 3), c(V, np.array([True, False, False, True, False]))],
    "tile": [c(V, 2), c(A, (2, 1)), c(A, (2, 1, 2)), c(A=A, reps=[1, 2])],
    "repeat": [c(A, 2), c(A, 3, 0), c(A, [1, 2, 0], axis=0), c(V, [1, 2, 0, 3, 1])],
    "unstack": [c(A), c(A, axis=1)],
    "meshgrid": [c(V, W[:3]), c(V, W[:3], indexing="ij"), c(V, W, sparse=True), c(V, W[:2], W[:3]), c(V)],
    "ix_": [c(V, W[:3]), c(V)],
    "pad": [
        c(V, 2), c(A, (1, 2)), c(A, ((1, 0), (0, 2)), "constant", constant_values=((1.5, 2.5), (3.5, 4.5))),
        c(A, 1, constant_values=S), c(V, 3, "edge"), c(A, 2, mode="reflect"), c(A, 2, "symmetric"), c(A, 2, "wrap"),
        c(A, 2, "linear_ramp", end_values=1.5), c(A, 2, "linear_ramp", end_values=S), c(A, ((1, 2), (2, 0)), "mean"),
        c(A, 2, "maximum"), c(A, 2, "minimum", stat_length=2), c(A, 1, "median"), c(A, 1, "mean", stat_length=((2, 1), (3, 2))),
        c(A, 2, "reflect", reflect_type="odd"), c(A, 2, "symmetric", reflect_type="odd"), c(array=V, pad_width=(2, 0)),
        c(V, 7, "reflect"), c(V, 7, "wrap"),
    ],
    # splits
    "split": [c(A, 2, 1), c(V, [1, 3]), c(A, [1], axis=0), c(V, 5)],
    "array_split": [c(V, 2), c(A, 3, 1), c(V, [2, 4])],
    "hsplit": [c(A, 2), c(V, [2])],
    "vsplit": [c(A, 3), c(CUBE, 2)],
    "dsplit": [c(CUBE, 2), c(CUBE, [1, 3])],
    "trim_zeros": [value_only(np.array([0.0, 0.0, 1.5, 0.0, 2.5, 0.0])), value_only(np.array([0.0, 1.5, 0.0]), "f")],
    # picks
    "take": [c(A, [0, 5, 5]), c(A, [[0, 2], [1, 1]], 0), c(A, 1, axis=1), c(V, [7, -9], mode="wrap"), c(V, [7, -9], mode="clip"), c(V, np.array([-1]))],
    "take_along_axis": [c(A, np.argsort(B, 1), 1), c(A, np.array([[0], [1], [0]]), axis=1), c(V, np.array([4, 0]), None), c(A, np.array([[1, 0, 2, 1]]), axis=0), c(A, np.array([[0, 1]]))],
    "choose": [c([0, 1, 1, 0, 2], [V, W, P]), c(WHOLE % 2, [SQ[:2], SQ[1:]]), c([0, 4, -1], [V[:3], W[:3]], mode="wrap"), c([0, 4, -1], (V[:3], 1.5), mode="clip")],
    "compress": [c([True, False, True], A, 0), c([0, 1, 1], A), c([True, False, True, True], A, axis=1)],
    "extract": [c(MASK, A)],
    "select": [c([MASK, A > 0.5], [A, B]), c([MASK, A > 0.5], [A, 2 * B], 7.5), c([V > 0], [V], default=S), c([V > 0, V > 1], [V, 1])],
    "where": [c(MASK, A, B), c(MASK, A, 1.5), c(V > 0, 2.5, W), c(MASK[:, :1], A, S), value_only(A), c(A, B, A)],
    "sort": [c(V), c(A), c(A, 0), c(A, None), c(A, axis=1, kind="stable")],
    "partition": [c(V, 2), c(A, 1, 0), c(A, (1, 2), axis=1), c(A, 3, None)],
    "sort_complex": [value_only(V)],
    "diag": [c(V), c(V, 1), c(A), c(A, -1), c(v=SQ, k=1)],
    "diagflat": [c(V), c(A, 1), c(S)],
    "diagonal": [c(A), c(A, 1), c(CUBE, 0, 1, 2), c(CUBE, offset=-1, axis1=2, axis2=0)],
    "trace": [c(A), c(A, 1), c(CUBE, axis1=0, axis2=2), c(SQ, dtype=np.float32)],
    "tril": [c(A), c(A, 1), c(CUBE, k=-1), c(V)],
    "triu": [c(A), c(A, 1), c(CUBE, k=-1), c(V)],
    "full_like": [c(A, S), c(V, W), c(A, S, dtype=np.float32), c(A, S, shape=(2, 2)), c(V, 2)],
    # sets
    "unique": [c(A), c(np.array([2.5, 0.5, 1.5, 2.6])), value_only(np.array([2.5, 0.5, 2.5]), True, True, True), c(A, axis=0), value_only(np.array([1.0, np.nan, np.nan]))],
    "unique_all": [c(A)],
    "unique_counts": [c(V)],
    "unique_inverse": [c(A)],
    "unique_values": [c(V)],
    "intersect1d": [value_only(V, V[1:3]), value_only(V, V[::2], return_indices=True)],
    "union1d": [c(V, 1.3 * W)],
    "setdiff1d": [value_only(V, V[1:3]), c(V, W, True)],
    "setxor1d": [c(V, 1.3 * W), value_only(V, V[1:3])],
    # products
    "dot": [c(V, W), c(A, V[:4]), c(A, B.T), c(CUBE, A.T), c(S, A), c(CUBE, B.T[None]), c(2.0, V)],
    "inner": [c(V, W), c(A, V[:4]), c(A, B), c(CUBE, A), c(S, A)],
    "outer": [c(V, W), c(A, V), c(V, [1, 2.0])],
    "vdot": [c(V, W), c(A, B)],
    "tensordot": [c(A, B.T, 1), c(CUBE, A, ([1, 2], [0, 1])), c(A, B), c(A, B, axes=0), c(A, B, (0, 0))],
    "matmul": [c(A, B.T), c(CUBE, A.T), c(V, W), c(A, V[:4]), c(V[:3], A)],
    "vecdot": [c(A, B), c(V, W), c(CUBE, A), c(A, B, axis=0), c(A, V[:4], keepdims=True)],
    "matvec": [c(A, V[:4]), c(CUBE, V[:4]), c(CUBE, draw(2, 4))],
    "vecmat": [c(V[:3], A), c(V[:3], CUBE), c(draw(2, 3), CUBE)],
    "kron": [c(V, W[:2]), c(A, SQ), c(A, V), c(CUBE, SQ), c(S, V)],
    "einsum": [
        c("ij,jk->ik", A, B.T), c("ii", SQ), c("ij->j", A), c("i,j", V, W), c("...ij,j", CUBE, V[:4]), c(A, [0, 1], B, [0, 1], [1]),
        c(A, [0, 1], V[:4], [1]), c(CUBE, [..., 0], V[:4], [0]), c("i,i,i->", V, W, P, optimize=True),
    ],
    # polynomials
    "poly": [c(V), c(np.array([1.5, 1.5]))],
    "polyadd": [c(V, W[:3]), c(V[:2], W), c(V, 1.5)],
    "polysub": [c(V, W[:3]), c(V[:2], W)],
    "polymul": [c(V, W[:3]), value_only(np.array([0.0, 1.5, 2.5]), W[:2]), c(V, [1, 2])],
    "polydiv": [c(V, W[:3]), c(V[:2], W[:3]), c(V, W), c(V, [1.5, 2.0])],
    "polyder": [c(V), c(V, 2), c(p=V, m=0)],
    "polyint": [c(V), c(V, 2), c(V, 2, [1.5, 2.5]), c(V, k=3.5), c(V, m=1, k=S)],
    "polyfit": [c(X, V, 2), c(X, draw(5, 2), 1), c(X, V, 1, w=P)],
    "vander": [c(V), c(V, 3), c(V, increasing=True)],
    # spaced numbers
    "linspace": [
        c(S, 2.0, 5), c(0.5, S, num=4), c(V, W, 3), c(V, 2.0, 3, axis=-1), c(S, 4.0, 5, endpoint=False), c(S, 4.0, 5, retstep=True),
        c(S, 2.0, 4, dtype=np.float32), c(S, 2.0), c(S, 2.0, 1),
    ],
    "logspace": [c(S, 2.0, 5), c(V, 2.0, 3), c(S, 2.0, 4, base=3.0), c(0.5, 1.5, 4, base=np.array(2.5)), c(S, 2.0, 4, endpoint=False)],
    "geomspace": [c(S, 4.0, 5), c(P, 3.0, 3), c(np.asarray(-S), -4.0, 3), c(S, 4.0, 5, endpoint=False)],
    # elementwise functions that are no ufuncs, or take other arguments
    "clip": [c(A, -0.53, 0.81), c(A, None, 0.81), c(A, -0.53, None), c(A, min=-0.53), c(A, max=B), c(A, B - 1, B + 0.3), c(A, [-0.53, -1, 0, -0.3], 1.5)],
    "round": [c(A), c(10 * A, 1), c(100 * A, -1), value_only(a=A, decimals=2)],
    "around": [c(A, 1)],
    "fix": [c(A)],
    "sinc": [c(A), c(V)],
    "real": [c(A), value_only(A + 1j * B)],
    "imag": [value_only(A + 1j * B)],
    "real_if_close": [c(A), value_only(A + 1e-16j), value_only(A + 1j)],
    "i0": [c(A)],
    "angle": [value_only(A + 1j * B), value_only(A + 1j * B, True)],
    "ldexp": [c(A, [1, -2, 3, 0]), c(A, 2), c(V, np.array([[3], [-1]]))],
    "float_power": [c(POS, A), c(POS, 2), c(P, 0.5)],
    "divmod": [c(A + 3, POS), c(A, 0.7)],
    "reciprocal": [c(POS)],
    "bincount": [c(np.array([0, 1, 1, 3, 0]), V), c(np.array([0, 1]), W[:2], 4)],
    "polyval": [c(V, W), c(V, S), c(V, A), c(np.array([1, 2.5]), V)],
    "cross": [c(V[:3], W[:3]), c(draw(2, 3), draw(2, 3, seed=2)), c(SQ, draw(3, 3, seed=2), axis=0)],
    # functions over functions
    "apply_along_axis": [c(lambda r: np.sum(r * r), 0, A), c(lambda r: r[:2] * 2, 1, CUBE), c(lambda r, k: np.outer(r, r) * k, 1, A, 1.5)],
    "apply_over_axes": [c(np.sum, CUBE, [0, 2]), c(np.mean, A, 0)],
    "piecewise": [
        c(V, [V < 0, V >= 0], [lambda v: v * v, lambda v: 3 * v]), c(V, [V < 0], [lambda v: -v, 2.5]), c(A, [A < 0, A > -0.5], [np.sin, np.cos]),
        c(V, V < 0.3, [lambda v, k: v * k, lambda v, k: v - k], 2.5),
    ],
    # np.linalg
    "linalg.multi_dot": [c([A, B.T, SQ]), c([V[:3], A, V[:4]]), c([V[:3], A, B.T]), c([A, B.T])],
    "linalg.matrix_power": [c(SQ, 3), c(SQ, 1), c(SQ, -2), value_only(SQ, 0), c(SQ + 2 * np.eye(3), 5)],
    "linalg.norm": [
        c(V), c(A), c(V, 1), c(V, np.inf), c(V, -np.inf), c(V, 3), c(V, -2), c(A, "fro"), c(A, 1), c(A, -1), c(A, np.inf), c(A, -np.inf),
        c(A, "nuc"), c(A, 2), c(SQ, -2), c(A, axis=1), c(A, 2, 0), c(CUBE, axis=(1, 2), keepdims=True), c(A, keepdims=True), c(CUBE),
    ],
    "linalg.vector_norm": [c(V), c(A), c(A, axis=1, ord=1), c(CUBE, axis=(0, 2)), c(A, keepdims=True), c(V, ord=3)],
    "linalg.matrix_norm": [c(A), c(CUBE, keepdims=True), c(A, ord=1)],
    "linalg.trace": [c(A), c(CUBE, offset=1)],
    "linalg.diagonal": [c(A), c(CUBE, offset=1)],
    "linalg.outer": [c(V, W)],
    "linalg.tensordot": [c(A, B.T, axes=1)],
    "linalg.matmul": [c(A, B.T)],
    "linalg.vecdot": [c(A, B), c(A, B, axis=0)],
    "linalg.matrix_transpose": [c(CUBE)],
    "linalg.solve": [c(SQ, V[:3]), c(SQ, A)],
    "linalg.inv": [c(SQ)],
    "linalg.det": [c(SQ)],
    "linalg.slogdet": [c(SQ)],
    "linalg.cholesky": [value_only(SQ @ SQ.T + np.eye(3))],
    "linalg.tensorsolve": [c(draw(6, 2, 3), draw(6)), c(draw(2, 6, 3), draw(6), axes=(0, 2))],
    "linalg.tensorinv": [c(draw(6, 2, 3), ind=1), c(draw(2, 3, 6))],
    "linalg.cond": [c(SQ), c(SQ, 1), c(SQ, -2), c(SQ, "fro"), c(draw(2, 3, 3), np.inf)],
    # those of symmetric matrices have slopes of their own convention, tested with their rows
    "linalg.cross": [c(V[:3], W[:3]), c(draw(2, 3), draw(2, 3, seed=2))],
    "linalg.eigh": [value_only(SQ @ SQ.T)],
    "linalg.eigvalsh": [value_only(SQ @ SQ.T)],
    "linalg.lstsq": [value_only(A.T, V[:4])],
    "linalg.pinv": [c(A), c(A.T)],
    "linalg.qr": [value_only(A.T)],
    "linalg.svd": [value_only(SQ)],
    "linalg.svdvals": [c(A), c(SQ)],
}  # fmt: skip
