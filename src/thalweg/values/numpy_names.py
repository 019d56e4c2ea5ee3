"""What becomes of every name of NumPy's: supported, without gradient and why, or refused and what instead.

Nothing is said here a second time: supported is what rows name in their `numpy` column and what forms
register, the rest stands in `ops/as_numpy/not_differentiable.py` and `refused.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.composite import COMPOSITES
from thalweg.core.op import TABLE, Op
from thalweg.ops import as_numpy
from thalweg.values.numpy_protocol import named

SUPPORTED, NO_GRADIENT, REFUSED = "supported", "not differentiable", "refused"

Answer = tuple[str, str]
"""A class, and what is to be said."""


def names() -> list[str]:
    """Every callable of `numpy.__all__`, and of `numpy.linalg.__all__` with its room before it."""
    rooms = ((np, ""), (np.linalg, "linalg."))
    return sorted(
        prefix + name
        for room, prefix in rooms
        for name in room.__all__
        if callable(getattr(room, name))
    )


def _of_rows() -> dict[Any, Answer]:
    """What the rows' columns say, by NumPy's function."""
    found: dict[Any, Answer] = {}
    sources: list[Any] = [*TABLE.values(), *COMPOSITES.values()]
    for source in sources:
        severs = source.severs if isinstance(source, Op) else ""
        for function in source.numpy:
            found[function] = (NO_GRADIENT, severs) if severs else (SUPPORTED, source.name)
    return found


def _listed() -> dict[Any, list[Answer]]:
    """What the lists say, by NumPy's function, and by name for what never comes to thalweg."""
    found: dict[Any, list[Answer]] = {}

    def add(key: Any, answer: Answer) -> None:
        if key is not None and answer not in found.setdefault(key, []):
            found[key].append(answer)

    for name, form in as_numpy.FORMS.items():
        add(named(name), (SUPPORTED, (form.__doc__ or "").strip()))
    for groups in (as_numpy.ANSWERS, as_numpy.PLAIN):
        for name, reason in as_numpy.by_name(groups).items():
            add(named(name), (NO_GRADIENT, reason))
    for name, reason in as_numpy.by_name(as_numpy.ALONE).items():
        add(name, (NO_GRADIENT, reason))
    for name, advice in as_numpy.REFUSED.items():
        add(named(name), (REFUSED, advice))
    return found


def every_class() -> dict[str, list[Answer]]:
    """For each name all that is said of it; a name in order has one entry."""
    rows, listed = _of_rows(), _listed()
    answers = {}
    for name in names():
        function = named(name)
        by_row = rows.get(function) if _hashable(function) else None
        by_list = listed.get(function, []) if _hashable(function) else []
        said = [*([by_row] if by_row else []), *by_list, *listed.get(name, [])]
        answers[name] = said or [(REFUSED, as_numpy.WITHOUT_GRADIENT)]
    return answers


def _hashable(value: Any) -> bool:
    return getattr(type(value), "__hash__", None) is not None


def classes() -> dict[str, Answer]:
    """For each name its class and what is to be said: a row, a reason, or what to use instead."""
    return {name: said[0] for name, said in every_class().items()}
