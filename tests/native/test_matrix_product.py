"""The generated products against sums in a wider float, over every kind of shape and stride."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from native.fences import fenced
from thalweg.native.machine import MACHINES, machine
from thalweg.native.matrix_product import shares, workspace_bytes
from thalweg.native.product import Product, dense
from thalweg.native.product_call import compiled_product


def _runs_here(name):
    try:
        machine(name)
    except ValueError:
        return False
    return True


HERE = [name for name in MACHINES if _runs_here(name)]
WIDER = {32: np.float64, 64: np.longdouble}
FLOAT = {32: np.float32, 64: np.float64}


def bound(product, a, b, before):
    """What rounding may change: k + 4 roundings, each at most eps of the sum of magnitudes."""
    wide = WIDER[product.bits]
    sizes = abs(a.astype(wide)) @ abs(b.astype(wide)) * abs(product.alpha)
    eps = np.finfo(FLOAT[product.bits]).eps
    return (product.k + 4) * eps * (sizes + (abs(before) if product.accumulate else 0))


def expected(product, a, b, before):
    wide = WIDER[product.bits]
    answer = product.alpha * (a.astype(wide) @ b.astype(wide))
    return answer + before if product.accumulate else answer


def check(product, name, a, b, c, compiled=None):
    before = c.copy()
    (compiled or compiled_product(product, machine(name)))(c, a, b)
    wanted = expected(product, a, b, before)
    wrong = ~(abs(c - wanted) <= bound(product, a, b, before))
    assert not wrong.any(), (name, product, np.argwhere(wrong)[:4].tolist())


def strides_of(shape, order, padding, sign):
    """Strides of a matrix: row by row or column by column, with gaps, backwards, or repeated."""
    if order == "rows repeat":
        return 0, sign
    if order == "columns repeat":
        return sign, 0
    inner = 1 if order.startswith("close") else 2
    along = max(shape[order.endswith("rows")], 1) * inner + padding
    return (along, sign * inner) if order.endswith("rows") else (sign * inner, along)


ORDERS = ["close rows", "close columns", "gaps rows", "gaps columns"]
REPEATS = ["rows repeat", "columns repeat"]
sizes = st.one_of(st.integers(0, 5), st.integers(6, 40), st.sampled_from([64, 100, 130]))
layouts = st.tuples(
    st.sampled_from(ORDERS + REPEATS), st.sampled_from([0, 1, 7]), st.sampled_from([1, 1, 1, -1])
)
outputs = st.tuples(st.sampled_from(ORDERS), st.sampled_from([0, 1, 7]), st.sampled_from([1, -1]))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(HERE),
    bits=st.sampled_from([32, 64]),
    m=sizes,
    n=sizes,
    k=sizes,
    layout=st.tuples(layouts, layouts, outputs),
    alpha=st.sampled_from([1.0, -0.25]),
    accumulate=st.booleans(),
    at_the_end=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_shape_and_stride(
    name, bits, m, n, k, layout, alpha, accumulate, at_the_end, seed
):  # fmt: skip
    shapes = [(m, k), (k, n), (m, n)]
    strides = [strides_of(shape, *one) for shape, one in zip(shapes, layout, strict=True)]
    made = [
        fenced(shape, stride, FLOAT[bits], at_the_end)
        for shape, stride in zip(shapes, strides, strict=True)
    ]
    (_, a), (_, b), (memory, c) = made
    draw = np.random.default_rng(seed)
    a[...], b[...] = draw.standard_normal(a.shape), draw.standard_normal(b.shape)
    if accumulate:
        c[...] = draw.standard_normal(c.shape)
    product = Product(m, n, k, bits, *strides, alpha, accumulate)
    start = memory.bytes.copy()
    check(product, name, a, b, c)
    c[...] = 0
    after = memory.bytes.copy()
    memory.bytes[:] = start
    c[...] = 0
    assert np.array_equal(after, memory.bytes), "what lies between the elements of C changed"


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize(
    ("bits", "m", "n", "k"),
    [
        (32, 128, 10, 64),
        (32, 130, 70, 1100),
        (64, 50, 300, 900),
        (64, 5, 200, 700),
        (64, 1, 90, 1000),
        (32, 300, 1, 77),
    ],
)
def test_blocks_and_transposes(name, bits, m, n, k):
    draw = np.random.default_rng(m + n + k)
    for turned_a, turned_b, accumulate in itertools.product((False, True), repeat=3):
        a = draw.standard_normal((k, m) if turned_a else (m, k)).astype(FLOAT[bits])
        b = draw.standard_normal((n, k) if turned_b else (k, n)).astype(FLOAT[bits])
        c = draw.standard_normal((m, n)).astype(FLOAT[bits])
        product = dense(
            m, n, k, bits, transpose_a=turned_a, transpose_b=turned_b, alpha=1.5,
            accumulate=accumulate,
        )  # fmt: skip
        check(product, name, a.T if turned_a else a, b.T if turned_b else b, c)


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("shape", [(512, 512, 512), (256, 2100, 70), (2100, 130, 520)])
def test_packed_rows_and_several_blocks_of_each_kind(name, shape):
    m, n, k = shape
    draw = np.random.default_rng(0)
    for turned in (False, True):
        a = draw.standard_normal((k, m) if turned else (m, k))
        b, c = draw.standard_normal((k, n)), draw.standard_normal((m, n))
        product = dense(m, n, k, 64, transpose_a=turned, accumulate=True)
        before = c.copy()
        compiled_product(product, machine(name))(c, a, b)
        wanted = before + (a.T if turned else a) @ b
        # Both sums are rounded; NumPy's stands in for the exact one, which would take minutes.
        limit = 2 * (k + 2) * np.finfo(float).eps * (abs(a.T if turned else a) @ abs(b) + 1)
        assert (abs(c - wanted) <= limit).all()


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("shape", [(40, 70, 90), (1, 70, 90), (70, 1, 90), (3, 2, 4)])
@pytest.mark.parametrize("turned", [False, True])
def test_nan_and_infinity_go_where_they_belong(name, shape, turned):
    m, n, k = shape
    draw = np.random.default_rng(5)
    # Whole numbers, so that every sum is exact and answers can be compared to the bit.
    a = draw.integers(-3, 4, (m, k)).astype(np.float64)
    b = draw.integers(-3, 4, (n, k) if turned else (k, n)).astype(np.float64)
    a[draw.integers(m, size=1), draw.integers(k, size=1)] = np.inf
    b[draw.integers(b.shape[0], size=1), draw.integers(b.shape[1], size=1)] = np.nan
    c = np.full((m, n), np.nan)
    compiled_product(dense(m, n, k, 64, transpose_b=turned), machine(name))(c, a, b)
    right = b.T if turned else b
    with np.errstate(invalid="ignore"):
        wanted = (a[:, :, None] * right[None]).sum(1)
    assert np.array_equal(c, wanted, equal_nan=True)


@pytest.mark.parametrize("name", HERE)
def test_sums_begin_at_positive_zero(name):
    for m, n, k in [(1, 1, 1), (3, 4, 0), (2, 3, 2), (1, 40, 60), (40, 40, 40)]:
        for turned in (False, True):
            a, c = np.full((m, k), -0.0), np.full((m, n), np.nan)
            b = np.ones((n, k) if turned else (k, n))
            compiled_product(dense(m, n, k, 64, transpose_b=turned), machine(name))(c, a, b)
            assert not np.signbit(c).any()
            assert not c.any()


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("shape", [(130, 70, 300), (784, 128, 16), (1, 200, 90), (200, 1, 90)])
@pytest.mark.parametrize("threads", [2, 3, 40])
def test_shares_of_threads_make_the_whole(name, shape, threads):
    m, n, k = shape
    draw = np.random.default_rng(3)
    a, b = draw.standard_normal((m, k)), draw.standard_normal((k, n))
    product = dense(m, n, k, 64)
    compiled = compiled_product(product, machine(name))
    whole, parts = np.full((m, n), np.nan), np.full((m, n), np.nan)
    compiled(whole, a, b)
    for first, last in reversed(shares(product, machine(name), threads)):
        room = np.full(workspace_bytes(product, machine(name)) // 8 + 8, np.nan)
        room = room[-room.ctypes.data % 64 // 8 :]
        pointers = [one.ctypes.data for one in (parts, a, b, room)]
        compiled.enter(*pointers, first, last)
    assert np.array_equal(whole, parts)


def test_each_thread_stays_within_its_share_and_its_workspace():
    product = dense(200, 300, 512, 64)
    compiled = compiled_product(product, machine())
    memory, room = fenced((1, workspace_bytes(product, machine()) // 8), (0, 1), np.float64, True)
    a, b = np.ones((200, 512)), np.ones((512, 300))
    c = np.full((200, 300), np.nan)
    first, last = shares(product, machine(), 3)[1]
    compiled.enter(*(one.ctypes.data for one in (c, a, b, room)), first, last)
    assert (c[first:last] == 512).all()
    assert np.isnan(c[:first]).all()
    assert np.isnan(c[last:]).all()
    assert memory.bytes.size == room.nbytes


def test_products_that_cannot_be():
    with pytest.raises(ValueError, match="16"):
        dense(1, 1, 1, 16)
    with pytest.raises(ValueError, match="negative"):
        dense(1, -1, 1, 32)
    with pytest.raises(ValueError, match="place of its own"):
        Product(2, 3, 4, 32, (4, 1), (3, 1), (0, 1))
