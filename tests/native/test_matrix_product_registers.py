"""The sums of a tile stay in registers: nothing of them goes to memory inside the loop over k."""

from __future__ import annotations

import re

import pytest

from thalweg.native.compiling import assembly
from thalweg.native.machine import machine
from thalweg.native.product import dense
from thalweg.native.product_call import product_text
from thalweg.native.product_plan import plan

try:
    machine("avx2")
except ValueError as why:
    pytest.skip(
        f"the assembly that is read here is that of AVX2 and AVX-512: {why}",
        allow_module_level=True,
    )

PRODUCTS = [
    dense(128, 128, 784, 32),
    dense(512, 512, 512, 64),
    dense(784, 128, 128, 32, transpose_a=True, accumulate=True),
    dense(128, 10, 512, 32),
    dense(100, 96, 300, 64),
    dense(3, 300, 200, 64),
]


@pytest.mark.parametrize("name", ["host", "avx2"])
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda one: f"{one.m}x{one.n}x{one.k}f{one.bits}")
def test_no_sum_leaves_its_register_and_no_loop_is_unrolled(name, product):
    target = machine(name)
    chosen = plan(product, target)
    text = assembly(product_text(product, target), target)
    tile = re.search(rf"\S+\.tile{chosen.rows}x\d+:\n(.*?)\.Lfunc_end", text, re.DOTALL)
    assert tile is not None
    blocks = re.findall(r"(\.LBB\d+_\d+):\n((?:\t[^\n]*\n)*)", tile[1])
    bodies = [body for label, body in blocks if re.search(rf"\tj\w+\t{re.escape(label)}\n", body)]
    assert len(bodies) == 1
    assert bodies[0].count("vfmadd") == chosen.rows * chosen.vectors
    assert "(%rsp)" not in bodies[0]
