"""Exact gradients on a tape, descents, fits."""
