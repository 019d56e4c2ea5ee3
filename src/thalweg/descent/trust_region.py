"""The lowest point of a quadratic model inside a ball, in the Hessian's own axes."""

from __future__ import annotations

import numpy as np

from thalweg.descent.problem import Vector

__all__ = ["model_step"]


def model_step(curvatures: Vector, slopes: Vector, radius: float) -> Vector:
    """Minimise Σ (slope·s + ½·curvature·s²) over ‖s‖ ≤ radius.

    s = −slope/(curvature + μ) with the smallest μ ≥ 0 that makes every divisor positive and ‖s‖ at
    most the radius, found by Newton on 1/radius − 1/‖s(μ)‖, kept inside a bracket. In the hard case
    (no slope along the lowest curvature, which is negative) the rest of the radius is spent along
    that axis: this is how a saddle is left.

    Args:
        curvatures: eigenvalues, ascending, `(k,)`.
        slopes: the gradient in the eigenvectors, `(k,)`.
        radius: of the ball.

    Returns:
        s in the eigenvectors, `(k,)`.

    Source:
        Moré and Sorensen, SIAM J. Sci. Stat. Comput. 4 (1983) 553-572.

    >>> model_step(np.array([2.0]), np.array([4.0]), 10.0)
    array([-2.])
    """
    lowest = float(curvatures[0])
    if lowest > 0.0:
        step: Vector = -slopes / curvatures
        if float(np.linalg.norm(step)) <= radius:
            return step
    size = float(np.linalg.norm(slopes))
    low = max(0.0, -lowest)
    high = max(low, size / radius - lowest) + 1e-300
    edge = np.maximum(curvatures + low, 0.0)
    tight = edge <= 1e-14 * max(float(np.max(np.abs(curvatures))), low)
    if float(np.max(np.abs(slopes[tight]), initial=0.0)) <= 1e-14 * size:
        rest = np.where(tight, 0.0, -slopes / np.where(tight, 1.0, edge))
        length = float(np.linalg.norm(rest))
        if length <= radius:
            if low > 0.0:
                room = float(np.sqrt(radius * radius - length * length))
                rest[0] += room if slopes[0] <= 0.0 else -room
            return rest
    mu = high
    for _ in range(100):
        divisors = curvatures + mu
        if not divisors[0] > 0.0:
            mu = 0.5 * (low + high)
            divisors = np.maximum(curvatures + mu, 1e-300)
        step = -slopes / divisors
        length = float(np.linalg.norm(step))
        if abs(length - radius) <= 0.01 * radius:
            break
        if length > radius:
            low = max(low, mu)
        else:
            high = min(high, mu)
        bend = float(np.sum(step * step / divisors))
        guess = mu + (length / radius - 1.0) * length * length / bend if bend > 0.0 else high
        mu = guess if low < guess < high else 0.5 * (low + high)
    return step
