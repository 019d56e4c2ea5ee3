"""A piece of machine code to keep on disk, and how often it was compiled."""

from __future__ import annotations

import ctypes

from thalweg.native import compiling, disk_cache
from thalweg.native.machine import machine

KEY = disk_cache.key_of("a text")
CODE = bytes(range(256)) * 3
"""What is kept under it where the cache alone is tested, which runs nothing."""


def text_that_answers(number: int) -> str:
    """A module whose function `answer` stores a number."""
    return f"define void @answer(ptr %x0) {{\nstore i64 {number}, ptr %x0, align 8\nret void\n}}\n"


def answer_of(number: int) -> int:
    """The number that the machine code stores, found on disk or compiled."""
    loaded = compiling.load(compiling.object_code(text_that_answers(number), machine()), ["answer"])
    found = ctypes.c_int64(-1)
    loaded.bind("answer", ctypes.c_void_p)(ctypes.addressof(found))
    return found.value


class Compilations:
    """How often LLVM was asked since the count was taken last."""

    def __init__(self, monkeypatch):
        self._count = 0
        real = compiling._optimised

        def optimised(*given):
            self._count += 1
            return real(*given)

        monkeypatch.setattr(compiling, "_optimised", optimised)

    def taken(self) -> int:
        """The count, which begins anew."""
        count, self._count = self._count, 0
        return count
