"""What takes a value out to Python, so that a function stays there, and what to write in its place."""

from __future__ import annotations

__all__ = ["taken_out"]

INSTEAD = {
    "bool()": "tw.where or tw.cond serve in place of `if`, tw.while_loop in place of `while`",
    "float()": "leave it a Tensor, and take its number after the call",
    "int()": "leave it a Tensor, or pass a number of Python's to the function",
    ".numpy()": "leave it a Tensor, and ask for its array after the call",
    "a NumPy conversion": "leave it a Tensor: thalweg's functions, and NumPy's by name, take it as it is",
    "str()": "print it after the call",
    "repr()": "print it after the call",
    "format()": "print it after the call",
    "an index": "tw.where serves in place of a mask, tw.gather for places, tw.fori_loop in place of range",
    "a parameter": "shapes, axes and counts are part of what is compiled: give numbers of Python's",
}
"""By what takes it out: what to do."""


def taken_out(how: str) -> str:
    """Why a function stays in Python where a value leaves for it.

    Args:
        how: by what, as who let it out names it.

    Returns:
        A sentence that says what to write instead, where that is known.

    >>> taken_out("repr()")
    'repr() takes a value out to Python; print it after the call'
    """
    instead = INSTEAD.get(how)
    words = f"{how} takes a value out to Python"
    return words if instead is None else f"{words}; {instead}"
