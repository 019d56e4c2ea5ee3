"""One product over NumPy's arrays: how the generated products are tested and timed."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from thalweg.native.compiling import Loaded, load, object_code
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.matrix_product import define_product, shares, workspace_bytes
from thalweg.native.product import Product
from thalweg.native.product_ending import Ending

__all__ = ["CompiledProduct", "compiled_product", "product_text"]

_ENTRY = "enter"


class CompiledProduct:
    """A product in machine code.

    Attributes:
        product: what it computes.
        workspace: its workspace, for one thread.
        enter: the bare function, of C, A, B, workspace, first and last, then the extras.
    """

    def __init__(
        self, product: Product, machine: Machine, code: Loaded, workspace: Any, extras: int
    ) -> None:
        self.product = product
        self.machine = machine
        self.workspace = workspace
        kinds = [*[ctypes.c_void_p] * 4, ctypes.c_int64, ctypes.c_int64]
        self.enter = code.bind(_ENTRY, *kinds, *[ctypes.c_void_p] * extras)
        self._code = code

    def __call__(self, c: Any, a: Any, b: Any, *extras: Any) -> None:
        """Compute the whole product of arrays that lie as the product says."""
        for first, last in shares(self.product, self.machine, 1):
            pointers = [one.ctypes.data for one in (c, a, b, self.workspace)]
            self.enter(*pointers, first, last, *(one.ctypes.data for one in extras))


def product_text(product: Product, target: Machine, ending: Ending | None = None) -> str:
    """The module with one product's function, called `enter`."""
    module = Module()
    symbol = define_product(module, target, product, ending)
    listing = Listing(module)
    kinds = [*["ptr"] * 4, "i64", "i64", *(ending or Ending()).kinds]
    given = ", ".join(f"{kind} %x{place}" for place, kind in enumerate(kinds))
    listing.line(f"call void @{symbol}({given})")
    listing.line("ret void")
    module.define(_ENTRY, listing.function(_ENTRY, "void", *kinds))
    return module.text()


def compiled_product(
    product: Product, target: Machine, ending: Ending | None = None
) -> CompiledProduct:
    """Compile a product."""
    code = load(object_code(product_text(product, target, ending), target), [_ENTRY])
    room = np.empty(workspace_bytes(product, target) + 64, np.uint8)
    begin = -room.ctypes.data % 64
    return CompiledProduct(product, target, code, room[begin:], (ending or Ending()).extras)
