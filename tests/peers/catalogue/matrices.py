"""Names of linear algebra. Signs and bases that no definition fixes are squared away."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.draw import FLOAT
from peers.program import DType


def matrix(d: Any, rows: Any = None, columns: Any = None, low: float = -2, high: float = 2) -> Any:
    lead = d.pick((), (), (2,), (1, 3))
    return d.x((*lead, rows or d.whole(1, 4), columns or d.whole(1, 4)), low, high)


def well(d: Any, lead: tuple[int, ...] = (), n: int | None = None) -> Any:
    """A square matrix far from singular."""
    n = n or d.whole(1, 4)
    return d.call("add", d.x((*lead, n, n), -1, 1), 3.0 * np.eye(n))


def positive(d: Any, lead: tuple[int, ...] = (), n: int | None = None) -> Any:
    a = well(d, lead, n)
    return d.call("matmul", a, a, transpose_b=True)


def lead(d: Any) -> tuple[int, ...]:
    return d.pick((), (), (2,), (1, 3))


def matmul(d: Any) -> Any:
    n, k, m = d.pick(*d.sizes), d.pick(*d.sizes), d.pick(*d.sizes)
    first, second = d.pick(((), ()), ((2,), (2,)), ((3, 1), (2,)), ((), (2,)))
    named = {}
    turn = d.pick("", "transpose", "adjoint")
    a, b = (n, k), (k, m)
    if turn:
        if d.flag():
            a, named[f"{turn}_a"] = (k, n), True
        if d.flag():
            b, named[f"{turn}_b"] = (m, k), True
    return d.call("matmul", d.x((*first, *a)), d.x((*second, *b)), **named)


def at(d: Any) -> Any:
    n, k, m = d.pick(*d.sizes), d.pick(*d.sizes), d.pick(*d.sizes)
    return d.call("@matmul", d.x((*lead(d), n, k)), d.x((k, m)))


def matvec(d: Any) -> Any:
    n, k = d.pick(*d.sizes), d.pick(*d.sizes)
    front = lead(d)
    how = d.pick({}, {"transpose_a": True}, {"adjoint_a": True})
    return d.call(
        "linalg.matvec", d.x((*front, *((k, n) if how else (n, k)))), d.x((*front, k)), **how
    )


def tensordot(d: Any) -> Any:
    form = d.pick("one", "two", "pairs", "outer")
    if form == "outer":
        return d.call("tensordot", d.x(d.shape(0, 2)), d.x(d.shape(0, 2)), 0)
    if form == "one":
        return d.call("tensordot", d.x((2, 3)), d.x((3, 4)), 1)
    if form == "two":
        return d.call("tensordot", d.x((4, 2, 3)), d.x((2, 3)), 2)
    return d.call(
        "tensordot", d.x((2, 3, 4)), d.x((4, 5, 2)), d.pick([[0, 2], [2, 0]], [[2], [0]], [-1, 0])
    )


EQUATIONS = (
    ("ij,jk->ik", (2, 3), (3, 4)), ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("ij->ji", (2, 3)),
    ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ii->i", (3, 3)), ("ii->", (3, 3)), ("i,j->ij", (2,), (3,)),
    ("i,i->", (3,), (3,)), ("ij,ij->ij", (2, 3), (2, 3)), ("...ij,...jk->...ik", (2, 1, 2, 3), (3, 2)),
    ("ij,jk", (2, 3), (3, 2)), ("ijk,kl,l->ij", (2, 3, 2), (2, 4), (4,)), ("ba", (2, 3)),
    ("bxby->bxy", (2, 3, 2, 2)), ("ij,j->i", (0, 3), (3,)), ("ij , jk -> ki", (1, 3), (3, 2)),
)  # fmt: skip


def einsum(d: Any) -> Any:
    equation, *shapes = d.pick(*EQUATIONS)
    return d.call(
        "einsum", equation, *(d.x(s) for s in shapes), **d.pick({}, {"optimize": "optimal"})
    )


def cross(d: Any) -> Any:
    shape = (*d.shape(0, 2), 3)
    return d.call("linalg.cross", d.x(shape), d.x(shape))


def diag(d: Any) -> Any:
    k = d.pick(0, 1, -1, (-1, 1), (0, 1), (-2, -1), (0, 0))
    single = not isinstance(k, tuple) or k[0] == k[1]
    shape = (*d.shape(0, 1), *(() if single else (k[1] - k[0] + 1,)), d.whole(2, 3))
    named = d.pick(
        {}, {"padding_value": 1.5}, {"align": d.pick("LEFT_RIGHT", "RIGHT_RIGHT", "LEFT_LEFT")}
    )
    n = shape[-1] + max(abs(k[0]), abs(k[1])) if isinstance(k, tuple) else shape[-1] + abs(k)
    if isinstance(k, int) and d.flag():
        named |= d.pick({"num_rows": n}, {"num_cols": n}, {"num_rows": n, "num_cols": n})
    return d.call("linalg.diag", d.x(shape), **({"k": k} if k != 0 or d.flag() else {}), **named)


def diag_part(d: Any) -> Any:
    x = matrix(d, d.whole(2, 4), d.whole(2, 4))
    k = d.pick(0, 1, -1, (-1, 1), (0, 1), (-1, 0))
    named = d.pick(
        {}, {"padding_value": 2.5}, {"align": d.pick("LEFT_RIGHT", "RIGHT_RIGHT", "LEFT_LEFT")}
    )
    return d.call("linalg.diag_part", x, k=k, **named)


def set_diag(d: Any) -> Any:
    rows, columns = d.whole(2, 4), d.whole(2, 4)
    front = lead(d)
    x = d.x((*front, rows, columns))
    k = d.pick(0, 1, -1, (-1, 1), (0, 1))
    low, high = k if isinstance(k, tuple) else (k, k)
    longest = max(min(rows + min(p, 0), columns - max(p, 0)) for p in range(low, high + 1))
    packed = (*front, *((high - low + 1,) if low != high else ()), longest)
    return d.call("linalg.set_diag", x, d.x(packed), k=k,
                  **d.pick({}, {"align": d.pick("LEFT_RIGHT", "RIGHT_RIGHT", "LEFT_LEFT")}))  # fmt: skip


def band_part(d: Any) -> Any:
    return d.call("linalg.band_part", matrix(d), d.pick(-1, 0, 1), d.pick(-1, 0, 1))


def solve(d: Any) -> Any:
    n, front = d.whole(1, 4), lead(d)
    return d.call(
        "linalg.solve", well(d, front, n), d.x((*front, n, d.whole(1, 3))), adjoint=d.flag()
    )


def triangular_solve(d: Any) -> Any:
    n, front = d.whole(1, 4), lead(d)
    return d.call("linalg.triangular_solve", well(d, front, n), d.x((*front, n, d.whole(1, 3))),
                  lower=d.flag(), adjoint=d.flag())  # fmt: skip


def cholesky_solve(d: Any) -> Any:
    n, front = d.whole(1, 4), lead(d)
    chol = d.call("linalg.cholesky", positive(d, front, n))
    return d.call("linalg.cholesky_solve", chol, d.x((*front, n, d.whole(1, 3))))


def lstsq(d: Any) -> Any:
    rows, columns = d.pick((4, 2), (3, 3), (2, 4))
    a = d.call("add", d.x((*lead(d), rows, columns), -1, 1), 2.0 * np.eye(rows, columns))
    front = d.shape_of(a)[:-2]
    return d.call(
        "linalg.lstsq",
        a,
        d.x((*front, rows, d.whole(1, 2))),
        l2_regularizer=d.pick(0.0, 0.3),
        fast=True,
    )


def qr(d: Any) -> Any:
    rows = d.whole(2, 4)
    columns = d.whole(1, rows)
    a = d.call("add", d.x((*lead(d), rows, columns), -1, 1), 2.0 * np.eye(rows, columns))
    q, r = d.parts(d.call("linalg.qr", a, full_matrices=False))
    return [d.call("square", q), d.call("square", r)]


def svd(d: Any) -> Any:
    rows, columns = d.whole(2, 4), d.whole(2, 4)
    a = d.call(
        "add",
        d.x((*lead(d), rows, columns), -0.4, 0.4),
        np.eye(rows, columns) * np.arange(1.0, columns + 1) * 2,
    )
    if d.flag():
        return d.call("linalg.svd", a, compute_uv=False)
    s, u, v = d.parts(d.call("linalg.svd", a, full_matrices=False))
    return [s, d.call("square", u), d.call("square", v)]


def symmetric(d: Any) -> Any:
    n = d.whole(1, 4)
    a = d.x((*lead(d), n, n), -0.5, 0.5)
    apart = np.diag(np.arange(1.0, n + 1) * 2)
    return d.call("add", d.call("add", a, d.call("linalg.matrix_transpose", a)), apart)


def eigh(d: Any) -> Any:
    values, vectors = d.parts(d.call("linalg.eigh", symmetric(d)))
    return [values, d.call("square", vectors)]


def lu(d: Any) -> Any:
    made = d.call("linalg.lu", well(d, lead(d)), **d.pick({}, {"output_idx_type": DType("int64")}))
    return d.parts(made)


def eye(d: Any) -> Any:
    named = d.pick(
        {},
        {"num_columns": 2},
        {"batch_shape": [2]},
        {"dtype": FLOAT, "num_columns": 4},
        {"batch_shape": [2, 1], "dtype": FLOAT},
    )
    return d.call("eye", d.whole(0 if 0 in d.sizes else 1, 3), **named)


PATTERNS = {
    "matmul": matmul, "@matmul": at, "linalg.matvec": matvec, "tensordot": tensordot, "einsum": einsum,
    "linalg.cross": cross, "linalg.diag": diag, "linalg.diag_part": diag_part, "linalg.set_diag": set_diag,
    "linalg.band_part": band_part, "linalg.solve": solve, "linalg.triangular_solve": triangular_solve,
    "linalg.cholesky_solve": cholesky_solve, "linalg.lstsq": lstsq, "linalg.qr": qr, "linalg.svd": svd,
    "linalg.eigh": eigh, "linalg.eigvalsh": lambda d: d.call("linalg.eigvalsh", symmetric(d)),
    "linalg.lu": lu, "eye": eye, "linalg.adjoint": lambda d: d.call("linalg.adjoint", matrix(d)),
    "linalg.matrix_transpose": lambda d: d.call("linalg.matrix_transpose", matrix(d), **d.pick({}, {"conjugate": True})),
    "linalg.trace": lambda d: d.call("linalg.trace", matrix(d)),
    "linalg.cholesky": lambda d: d.call("linalg.cholesky", positive(d, lead(d))),
    "linalg.det": lambda d: d.call("linalg.det", d.pick(well, positive)(d, lead(d))),
    "linalg.logdet": lambda d: d.call("linalg.logdet", positive(d, lead(d))),
    "linalg.slogdet": lambda d: d.call("linalg.slogdet", d.pick(well, positive)(d, lead(d))),
    "linalg.inv": lambda d: d.call("linalg.inv", well(d, lead(d)), **d.pick({}, {"adjoint": True})),
    "linalg.pinv": lambda d: d.call("linalg.pinv", well(d, lead(d)), **d.pick({}, {"rcond": 1e-8}, {"validate_args": True})),
    "linalg.expm": lambda d: d.call("linalg.expm", d.x((*lead(d), 3, 3), -1, 1)),
    "linalg.matrix_rank": lambda d: d.call("linalg.matrix_rank", matrix(d), **d.pick({}, {"tol": 0.1, "validate_args": True})),
}  # fmt: skip
