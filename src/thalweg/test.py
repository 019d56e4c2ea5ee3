"""TensorFlow's room `test`: checking a gradient against differences."""

from __future__ import annotations

from thalweg.testing.compute_gradient import compute_gradient

__all__ = ["compute_gradient"]
