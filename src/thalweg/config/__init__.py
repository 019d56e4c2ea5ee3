"""TensorFlow's room `config`: how this process computes."""

from __future__ import annotations

from thalweg.config import threading

__all__ = ["threading"]
