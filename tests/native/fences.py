"""Memory between pages that may not be touched: what reads or writes beyond it ends the process."""

from __future__ import annotations

import ctypes
import mmap
from typing import Any

import numpy as np

_PAGE = mmap.PAGESIZE
_NO_ACCESS = 0


class Fenced:
    """Bytes that end right before a page without access, or begin right after one.

    The bytes that belong to no element are NaN in either float, so that reading them shows too.
    """

    def __init__(self, size: int, at_the_end: bool) -> None:
        pages = -(-size // _PAGE)
        self._memory = mmap.mmap(-1, (pages + 2) * _PAGE)
        begin = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self._room = (ctypes.c_char * (pages * _PAGE)).from_address(begin + _PAGE)
        # The pages belong to this object, which must outlive every array over them.
        every = np.frombuffer(self._room, np.uint8)
        every[:] = 0xFF
        self.bytes = every[every.size - size :] if at_the_end else every[:size]
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for at in (begin, begin + (pages + 1) * _PAGE):
            assert protect(at, _PAGE, _NO_ACCESS) == 0

    def matrix(
        self, shape: tuple[int, int], strides: tuple[int, int], dtype: Any, lowest: int
    ) -> Any:
        """A matrix whose first element is `-lowest` elements from where the bytes begin."""
        flat = self.bytes.view(dtype)
        size = np.dtype(dtype).itemsize
        steps = tuple(size * one for one in strides)
        if not shape[0] * shape[1]:
            return np.empty(shape, dtype)
        return np.lib.stride_tricks.as_strided(flat[-lowest:], shape, steps)


def span(shape: tuple[int, int], strides: tuple[int, int]) -> tuple[int, int]:
    """The lowest and the highest element that a matrix reaches, seen from its first."""
    reach = [(size - 1) * stride for size, stride in zip(shape, strides, strict=True)]
    if 0 in shape:
        return 0, 0
    return sum(min(0, one) for one in reach), sum(max(0, one) for one in reach)


def fenced(
    shape: tuple[int, int], strides: tuple[int, int], dtype: Any, at_the_end: bool
) -> tuple[Fenced, Any]:
    """A matrix of NaN with fences around it, and what keeps its memory."""
    lowest, highest = span(shape, strides)
    memory = Fenced((highest - lowest + 1) * np.dtype(dtype).itemsize, at_the_end)
    return memory, memory.matrix(shape, strides, dtype, lowest)
