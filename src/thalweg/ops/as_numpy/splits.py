"""NumPy's ways to take one array apart."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, one_axis
from thalweg.ops.as_numpy.arguments import plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.indexing import getitem
from thalweg.ops.splitting import split_at


@form()
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts of about the same size, or between given places."""
    ary = value(ary)
    axis = one_axis(axis, len(shape_of(ary)))
    n = shape_of(ary)[axis]
    cuts = plain(indices_or_sections)
    if cuts.ndim:
        edges = [0, *cuts.tolist(), n]
        index = (slice(None),) * axis
        return [
            getitem(ary, (*index, slice(start, stop))) for start, stop in itertools.pairwise(edges)
        ]
    sections = int(cuts)
    if sections <= 0:
        raise ValueError("number sections must be larger than 0.")
    least, more = divmod(n, sections)
    return list(split_at(ary, (least + 1,) * more + (least,) * (sections - more), axis))


@form()
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts of the same size, or between given places."""
    ary = value(ary)
    cuts = plain(indices_or_sections)
    if not cuts.ndim and shape_of(ary)[axis] % int(cuts):
        raise ValueError("array split does not result in an equal division")
    return array_split(ary, indices_or_sections, axis)


@form()
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts side by side."""
    ary = value(ary)
    if not shape_of(ary):
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(ary, indices_or_sections, 1 if len(shape_of(ary)) > 1 else 0)


@form()
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts under one another."""
    ary = value(ary)
    if len(shape_of(ary)) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


@form()
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts behind one another."""
    ary = value(ary)
    if len(shape_of(ary)) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


@form()
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without the zeros at the ends."""
    filt = value(filt)
    filled = plain(filt) != 0
    rank = len(shape_of(filt))
    index = [slice(None)] * rank
    if not filled.any():
        return getitem(filt, (slice(0, 0),) * rank)
    for place in axis_tuple(axis, rank):
        others = tuple(other for other in range(rank) if other != place)
        there = np.flatnonzero(filled.any(axis=others))
        start = int(there[0]) if "f" in trim.lower() else None
        stop = int(there[-1]) + 1 if "b" in trim.lower() else None
        index[place] = slice(start, stop)
    return getitem(filt, tuple(index))
