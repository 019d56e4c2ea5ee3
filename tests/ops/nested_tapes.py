"""Derivatives of a function of one number, each by a tape around the tape of the one before."""

from __future__ import annotations

import thalweg as tw


def derivatives(f, x, order):
    """The value and the first derivatives at a NumPy number; None from the first unconnected one on."""
    variable = tw.Variable(x)

    def descend(left):
        if left == 0:
            return [f(variable)]
        with tw.GradientTape() as tape:
            found = descend(left - 1)
        return [*found, None if found[-1] is None else tape.gradient(found[-1], variable)]

    return [None if one is None else one.numpy() for one in descend(order)]
