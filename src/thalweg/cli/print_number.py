"""How is a number printed: in as many digits as it takes, and no more."""

from __future__ import annotations

import math

__all__ = ["exact", "strict"]


def exact(value: float) -> str:
    """Returns the shortest text that reads back as the same number; at most 17 digits.

    >>> exact(1.0), exact(0.1), exact(2 / 3), exact(-0.0), exact(1e300)
    ('1', '0.1', '0.6666666666666666', '0', '1e+300')
    """
    text = repr(float(value) + 0.0)
    return text.removesuffix(".0")


def strict(value: object) -> object:
    """Returns a value as strict JSON takes it: plain Python, None for what is not finite.

    >>> strict({"a": float("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if isinstance(value, dict):
        return {str(name): strict(one) for name, one in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | int) or value is None:
        return value
    if hasattr(value, "tolist"):  # an array, or one of NumPy's numbers
        return strict(value.tolist())
    if isinstance(value, list | tuple):
        return [strict(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    raise TypeError(f"{type(value).__name__} has no form in JSON")
