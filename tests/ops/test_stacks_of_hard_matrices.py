"""A stack with a hard matrix in it: each matrix has the derivatives that it has alone, or is refused.

Names of rows that this holds: eigen_pairs, eigenvalues, singular_triples, singular_values,
orthogonal_and_upper, sign_and_log, det, cofactors, pseudoinverse, expm, packed_lu, solve, inv.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import ThalwegError

RNG = np.random.default_rng(23)
LINALG = tw.linalg


def unitary(size):
    return np.linalg.qr(RNG.normal(size=(size, size)) + 1j * RNG.normal(size=(size, size)))[0]


def orthogonal(size):
    return np.linalg.qr(RNG.normal(size=(size, size)))[0]


def made(turn, values, other=None):
    other = turn if other is None else other
    return turn @ np.diag(values) @ np.conj(other.T)


def hermitian(turn):
    lists = ([1.0, 2.0, 5.0], [1.0, 1.0, 5.0], [2.0, 2.0, 2.0], [0.0, 0.0, 3.0], [3.0, 1.0, 1.0])
    return [made(turn, values) for values in lists]


def general(turn, other):
    lists = ([3.0, 2.0, 1.0], [3.0, 2.0, 0.0], [2.0, 2.0, 1.0], [3.0, 0.0, 0.0], [1.0, 1.0, 1.0])
    found = [made(turn, values, other) for values in lists]
    return [*found, np.zeros((3, 3), turn.dtype), np.full((3, 3), np.nan, turn.dtype)]


MATRICES = {
    "hermitian, real": hermitian(orthogonal(3)), "hermitian, complex": hermitian(unitary(3)),
    "general, real": general(orthogonal(3), orthogonal(3)),
    "general, complex": general(unitary(3), unitary(3)),
    "tall, real": [one[:, :2] for one in general(orthogonal(3), orthogonal(3))],
    "wide, complex": [one[:2] for one in general(unitary(3), unitary(3))],
}  # fmt: skip

RIGHT = RNG.normal(size=(3, 2))
FUNCTIONS = {
    "eigh": lambda x: LINALG.eigh(x), "eigh, values alone": lambda x: LINALG.eigh(x)[:1],
    "eigh, vectors alone": lambda x: LINALG.eigh(x)[1:],
    "eigh, a projector": lambda x: [projector(LINALG.eigh(x)[1][..., :2])],
    "eigh, the other projector": lambda x: [projector(LINALG.eigh(x)[1][..., :1])],
    "eigh, one value": lambda x: [LINALG.eigh(x)[0][..., -1]],
    "eigh, values and a projector": lambda x: [LINALG.eigh(x)[0], projector(LINALG.eigh(x)[1][..., :2])],
    "eigh, a trace and a projector": lambda x: traced(*LINALG.eigh(x)),
    "eigvalsh": lambda x: [LINALG.eigvalsh(x)],
    "svd": lambda x: LINALG.svd(x), "svd, full": lambda x: LINALG.svd(x, full_matrices=True),
    "svd, values alone": lambda x: LINALG.svd(x)[:1], "svdvals": lambda x: [LINALG.svd(x, compute_uv=False)],
    "svd, u alone": lambda x: LINALG.svd(x)[1:2], "svd, v alone": lambda x: LINALG.svd(x)[2:],
    "svd, a projector": lambda x: [projector(LINALG.svd(x)[1][..., :1])],
    "svd, the first pair": lambda x: [pair(LINALG.svd(x), 1)], "svd, two pairs": lambda x: [pair(LINALG.svd(x), 2)],
    "svd, the matrix": lambda x: [pair(LINALG.svd(x), 3)],
    "svd, a trace and two pairs": lambda x: [tw.reduce_sum(LINALG.svd(x)[0], -1), pair(LINALG.svd(x), 2)],
    "qr": lambda x: LINALG.qr(x), "qr, full": lambda x: LINALG.qr(x, True), "qr, r alone": lambda x: LINALG.qr(x)[1:],
    "slogdet": lambda x: LINALG.slogdet(x), "slogdet, the length alone": lambda x: LINALG.slogdet(x)[1:],
    "slogdet, the sign alone": lambda x: LINALG.slogdet(x)[:1],
    "det": lambda x: [LINALG.det(x)], "pinv": lambda x: [LINALG.pinv(x)], "expm": lambda x: [LINALG.expm(x)],
    "lu": lambda x: [LINALG.lu(x).lu], "inv": lambda x: [LINALG.inv(x)],
    "solve": lambda x: [LINALG.solve(x, tw.cast(RIGHT + 0 * x.numpy()[..., :2].real, x.dtype))],
}  # fmt: skip
OF_HERMITIAN = ("eigh", "eigvalsh")
OF_SQUARE = ("slogdet", "det", "expm", "lu", "inv", "solve")
REFUSE_ANYHOW = ("qr", "lu", "inv", "solve")
"""They raise for a stack with a singular matrix in it, whether anything asks for that matrix or not."""


def projector(v):
    return tw.matmul(v, v, adjoint_b=True)


def traced(values, vectors):
    return [tw.reduce_sum(values, -1), projector(vectors[..., :2])]


def pair(triples, count):
    """The first singular pairs, multiplied together without their values."""
    _, u, v = triples
    return tw.matmul(u[..., :count], v[..., :count], adjoint_b=True)


def weighted(answers, kept):
    """A real number that every answer's matrices have a share in, each with weights of its own."""
    total = 0.0
    for place, answer in enumerate(answers):
        shape = answer.shape[len(kept.shape) :]
        weights = np.cos(np.arange(1.0, np.prod(shape) + 1) * (place + 1.3)).reshape(shape)
        mask = kept.reshape(kept.shape + (1,) * len(shape))
        if answer.dtype.kind == "c":
            total = total + tw.reduce_sum(
                tw.where(mask, tw.math.imag(answer), 0.0) * (1.5 - weights)
            )
            answer = tw.math.real(answer)
        total = total + tw.reduce_sum(tw.where(mask, answer, 0.0) * weights)
    return total


def pulled(function, x, kept):
    """The gradient of the matrices that are kept, or the refusal."""
    x = tw.Variable(x)
    try:
        with tw.GradientTape() as tape:
            y = weighted(function(x), kept)
        return tape.gradient(y, x).numpy()
    except (ThalwegError, np.linalg.LinAlgError) as error:
        return type(error)


def pushed(function, x, way):
    """The tangents of the answers, or the refusal."""
    x = tw.Variable(x)
    try:
        with tw.autodiff.ForwardAccumulator(x, tw.constant(way)) as forward:
            answers = function(x)
        return [one.numpy() for one in forward.jvp(list(answers), unconnected_gradients="zero")]
    except (ThalwegError, np.linalg.LinAlgError) as error:
        return type(error)


def cases():
    for name, kind in itertools.product(FUNCTIONS, MATRICES):
        word = name.partition(",")[0]
        if word in OF_HERMITIAN and not kind.startswith("hermitian"):
            continue
        if word in OF_SQUARE and not kind.startswith(("general", "hermitian")):
            continue
        yield name, kind


@pytest.mark.parametrize(("name", "kind"), list(cases()))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_stack_is_its_matrices(name, kind):
    function, matrices = FUNCTIONS[name], MATRICES[kind]
    one = np.array(True)
    way = RNG.normal(size=matrices[0].shape).astype(matrices[0].dtype)
    alone = [pulled(function, matrix, one) for matrix in matrices]
    tangents = [pushed(function, matrix, way) for matrix in matrices]
    for first, second in [(0, place) for place in range(len(matrices))] + [(2, 0)]:
        stack = np.stack([matrices[first], matrices[second]])
        ways = np.stack([way, way])
        grads = pulled(function, stack, np.array([True, True]))
        told = f"{name}, {kind}, matrices {first} and {second}"
        compare(grads, [alone[first], alone[second]], told)
        spares = name.partition(",")[0] not in REFUSE_ANYHOW
        if spares and not isinstance(alone[first], type) and np.isfinite(matrices[second]).all():
            left = pulled(function, stack, np.array([True, False]))
            compare(left, [alone[first], np.zeros_like(stack[1])], told + ", which is left out")
        moved = pushed(function, stack, ways)
        if isinstance(tangents[first], type) or isinstance(tangents[second], type):
            assert isinstance(moved, type), told
            continue
        assert not isinstance(moved, type), told
        for at, found in enumerate(moved):
            expected = np.stack([tangents[first][at], tangents[second][at]])
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=told)


def compare(grads, alone, told):
    """A stack is refused where one of its matrices is, and has their gradients otherwise."""
    refusals = [one for one in alone if isinstance(one, type)]
    if refusals:
        assert grads in refusals, told
        return
    assert not isinstance(grads, type), (told, grads)
    np.testing.assert_allclose(grads, np.stack(alone), rtol=1e-9, atol=1e-9, err_msg=told)
