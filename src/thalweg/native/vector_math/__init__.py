"""Elementary functions over vectors, as LLVM's instructions: one file a family."""

from __future__ import annotations

from thalweg.native.vector_math.table import FUNCTIONS, Function, define, define_sin_and_cos

__all__ = ["FUNCTIONS", "Function", "define", "define_sin_and_cos"]
