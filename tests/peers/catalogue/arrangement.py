"""Names that move, take, join and put elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.draw import FLOAT
from peers.program import DType

WHOLE = (DType("int32"), DType("int64"))


def reshape(d: Any) -> Any:
    x = d.x(None, -3, 3)
    size = int(np.prod(d.shape_of(x)))
    options = [[-1], [size], (1, size), [size, 1, 1]]
    if size % 2 == 0 and size:
        options += [[2, -1], (-1, 2), np.array([size // 2, 2], d.pick("int32", "int64"))]
    return d.call("reshape", x, d.pick(*options))


def transpose(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    perm = d.pick(None, [int(a) for a in d.rng.permutation(d.rank(x))])
    return d.call("transpose", x, **d.pick({}, {"perm": perm}, {"perm": perm, "conjugate": True}))


def expand_dims(d: Any) -> Any:
    x = d.x(None, -3, 3)
    return d.call("expand_dims", x, d.axis(x, 1))


def squeeze(d: Any) -> Any:
    x = d.x((1, *d.shape(0, 2), 1), -3, 3)
    rank = d.rank(x)
    return d.call("squeeze", x, **d.pick({}, {"axis": 0}, {"axis": [-1]}, {"axis": [0, rank - 1]}))


def broadcast_to(d: Any) -> Any:
    x = d.x(None, -3, 3, most=2)
    shape = [d.pick(*d.sizes) if n == 1 and d.flag() else n for n in d.shape_of(x)]
    return d.call("broadcast_to", x, d.pick([], [2], [d.pick(*d.sizes)]) + shape)


def tile(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    return d.call("tile", x, [d.whole(0 if 0 in d.sizes else 1, 3) for _ in d.shape_of(x)])


def repeat(d: Any) -> Any:
    x = d.x(None, -3, 3)
    if d.rank(x) == 0 or d.flag():
        return d.call("repeat", x, d.whole(1, 3))
    axis = d.axis(x)
    repeats = d.pick(2, [d.whole(0, 2) for _ in range(d.shape_of(x)[axis])])
    return d.call("repeat", x, repeats, axis=axis)


def reverse(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    axes = d.rng.choice(d.rank(x), d.whole(1, d.rank(x)), replace=False)
    return d.call("reverse", x, [int(a) - (d.rank(x) if d.flag() else 0) for a in axes])


def roll(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    if d.rank(x) > 1 and d.flag():
        return d.call("roll", x, [d.whole(-3, 3), d.whole(-3, 3)], [0, -1])
    return d.call("roll", x, d.whole(-3, 3), d.axis(x))


def pad(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    mode = d.pick("CONSTANT", "REFLECT", "SYMMETRIC", "reflect")
    reach = [n - 1 if mode.upper() == "REFLECT" else n for n in d.shape_of(x)]
    if mode == "CONSTANT":
        reach = [3 for _ in reach]
    widths = [[d.whole(0, max(min(2, n), 0)), d.whole(0, max(min(2, n), 0))] for n in reach]
    named: dict[str, Any] = {"mode": mode}
    if mode == "CONSTANT":
        named = d.pick({}, {"constant_values": 1.5}, {"mode": "CONSTANT", "constant_values": -2})
    return d.call("pad", x, d.pick(widths, np.array(widths, d.pick("int32", "int64"))), **named)


def concat(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    axis = d.axis(x)
    shape = list(d.shape_of(x))
    rest = []
    for _ in range(d.whole(0, 2)):
        shape[axis] = d.pick(*d.sizes)
        rest.append(d.x(tuple(shape)))
    return d.call("concat", d.pick(list, tuple)([x, *rest]), axis)


def stack(d: Any) -> Any:
    x = d.x(None, -3, 3, most=2)
    many = [x, *(d.x(d.shape_of(x)) for _ in range(d.whole(0, 2)))]
    return d.call("stack", many, **d.pick({}, {"axis": d.axis(x, 1)}))


def unstack(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    axis = d.axis(x)
    made = d.call(
        "unstack", x, **d.pick({"axis": axis}, {"num": d.shape_of(x)[axis], "axis": axis})
    )
    parts = d.parts(made)
    return d.call("add_n", parts) if parts and d.flag() else parts


def split(d: Any) -> Any:
    shape = d.shape(1, 3)
    axis = d.whole(-len(shape), len(shape) - 1)
    long = list(shape)
    long[axis] = d.pick(2, 4, 6)
    x = d.x(tuple(long), -3, 3)
    sizes = d.pick(2, [1, long[axis] - 1], [1, -1], np.array([long[axis] - 1, 1]), 1)
    named = {"num": 2} if not isinstance(sizes, int) and d.flag() else {}
    parts = d.parts(d.call("split", x, sizes, axis, **named))
    return d.pick(parts, parts[-1:], parts[:1])


def meshgrid(d: Any) -> Any:
    vectors = [d.x((d.pick(*d.sizes),)) for _ in range(d.whole(1, 3))]
    made = d.call("meshgrid", *vectors, **d.pick({}, {"indexing": "ij"}, {"indexing": "xy"}))
    return d.parts(made)


def slice_(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    begin = [d.whole(0, max(n - 1, 0)) for n in d.shape_of(x)]
    size = [
        d.pick(-1, d.whole(0 if 0 in d.sizes else min(1, n - b), n - b))
        for n, b in zip(d.shape_of(x), begin, strict=True)
    ]
    return d.call("slice", x, begin, size)


def subscripts(d: Any, x: Any) -> tuple[Any, ...]:
    index: list[Any] = []
    for n in d.shape_of(x)[: d.whole(1, d.rank(x))]:
        start, stop = d.pick(None, d.whole(-n - 1, n)), d.pick(None, d.whole(-n - 1, n + 1))
        options = [slice(start, stop), slice(start, stop, d.pick(2, -1, -2)), slice(None), None]
        if n:
            options.append(d.whole(-n, n - 1))
        index.append(d.pick(*options))
    if d.flag():
        index.insert(d.pick(0, len(index)), Ellipsis)
    return tuple(index)


def getitem(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    return d.call("@getitem", x, subscripts(d, x))


def strided_slice(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    shape = d.shape_of(x)
    begin = [d.whole(-n, n) for n in shape]
    end = [d.whole(-n, n) for n in shape]
    named = {}
    if d.flag():
        named["strides"] = [d.pick(1, 2, -1) for _ in shape]
    for mask in ("begin_mask", "end_mask"):
        if d.flag():
            named[mask] = d.whole(0, 2 ** len(shape) - 1)
    extra = d.pick({}, {}, {"ellipsis_mask": 1}, {"new_axis_mask": 1}, {"shrink_axis_mask": 1})
    if "shrink_axis_mask" in extra:
        named.pop("strides", None)
        begin[0] = d.whole(-shape[0], max(shape[0] - 1, 0))
        end[0] = begin[0] + 1 if begin[0] != -1 else shape[0]
    return d.call("strided_slice", x, begin, end, **named, **extra)


def gather(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    batch = d.whole(0, d.rank(x) - 1) if d.flag() else 0
    axis = d.whole(batch, d.rank(x) - 1)
    size = d.shape_of(x)[axis]
    shape = (*d.shape_of(x)[:batch], *d.shape(0, 2))
    if size == 0:
        shape = (*shape, 0)
    indices = d.ints(shape, 0, max(size - 1, 0), d.pick("int32", "int64"))
    named: dict[str, Any] = {"axis": d.pick(axis, axis - d.rank(x))} if axis or d.flag() else {}
    if batch:
        named |= {"axis": axis, "batch_dims": batch}
    return d.call("gather", x, indices, **named)


def gather_nd(d: Any) -> Any:
    x = d.x(tuple(n or 1 for n in d.shape(1, 3)), -3, 3)
    shape = d.shape_of(x)
    batch = d.whole(0, 1) if len(shape) > 1 else 0
    depth = d.whole(1, len(shape) - batch)
    head = (*shape[:batch], *d.shape(0, 2))
    columns = [d.ints(head, 0, n - 1) for n in shape[batch : batch + depth]]
    return d.call("gather_nd", x, np.stack(columns, -1), **({"batch_dims": batch} if batch else {}))


def scatter_nd(d: Any) -> Any:
    shape = tuple(n or 1 for n in d.shape(1, 3))
    depth = d.whole(1, len(shape))
    count = d.whole(1, 4)
    indices = np.stack([d.ints(count, 0, n - 1) for n in shape[:depth]], -1)
    return d.call("scatter_nd", indices, d.x((count, *shape[depth:])), list(shape))


def tensor_scatter(name: str) -> Any:
    def pattern(d: Any) -> Any:
        x = d.x(tuple(n or 1 for n in d.shape(1, 3)), -3, 3)
        shape = d.shape_of(x)
        depth = d.whole(1, len(shape))
        every = np.stack(np.meshgrid(*map(np.arange, shape[:depth]), indexing="ij"), -1).reshape(
            -1, depth
        )
        if name.endswith("update"):
            chosen = d.rng.permutation(len(every))[: d.whole(1, 3)]
        else:
            chosen = d.rng.integers(0, len(every), d.whole(1, 4))
        indices = every[chosen].astype("int32")
        return d.call(name, x, indices, d.x((len(indices), *shape[depth:])))

    return pattern


def boolean_mask(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    axis = d.whole(0, d.rank(x) - 1)
    mask = d.bools(d.shape_of(x)[axis : axis + d.whole(1, d.rank(x) - axis)])
    return d.call("boolean_mask", x, mask, **({"axis": axis} if axis or d.flag() else {}))


def one_hot(d: Any) -> Any:
    indices = d.ints(d.shape(0, 2), -1, 4)
    named = d.pick({}, {"axis": d.whole(-1, indices.ndim)}, {"dtype": FLOAT},
                   {"dtype": d.pick(DType("int32"), DType("bool"))})  # fmt: skip
    if d.rng.random() < 0.4:
        named = {
            "on_value": d.x((), -2, 2),
            "off_value": d.pick(0.5, d.x((), -2, 2)),
            "axis": d.whole(-1, indices.ndim),
        }
        if d.flag():
            named |= {"dtype": FLOAT}
        if isinstance(named["off_value"], float):
            named["off_value"] = np.array(named["off_value"])
    return d.call("one_hot", indices, d.whole(1, 4), **named)


def sort(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    return d.call(
        "sort", x, **d.pick({}, {"axis": d.axis(x)}), **d.pick({}, {"direction": "DESCENDING"})
    )


def argsort(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    named = {"axis": d.axis(x), "direction": d.pick("ASCENDING", "DESCENDING"), "stable": d.flag()}
    return d.call("argsort", x, **named)


def top_k(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    named = {"k": d.whole(0 if 0 in d.sizes else 1, d.shape_of(x)[-1])} if d.flag() else {}
    if not named and d.shape_of(x)[-1] == 0:
        named = {"k": 0}
    if d.flag():
        named |= {"sorted": True, "index_type": d.pick(*WHOLE)}
    made = d.call("math.top_k", x, **named)
    return d.pick(made, d.parts(made)[0])


def searchsorted(d: Any) -> Any:
    lead = d.pick((), (2,))
    edges = d.call("sort", d.x((*lead, d.whole(1, 4)), -3, 3))
    return d.call("searchsorted", edges, d.x((*lead, d.whole(1, 3)), -3, 3),
                  side=d.pick("left", "right"), out_type=d.pick(*WHOLE))  # fmt: skip


def unique(d: Any) -> Any:
    values = d.ints(d.whole(0 if 0 in d.sizes else 1, 6), 0, 3, d.pick("int32", "int64"))
    return d.call(
        "unique",
        d.pick(values, values.astype("float64")),
        **d.pick({}, {"out_idx": DType("int64")}),
    )


def embedding_lookup(d: Any) -> Any:
    x = d.x((d.whole(1, 4), *d.shape(0, 2)), 0.2, 2)
    ids = d.ints(d.shape(0, 2), 0, d.shape_of(x)[0] - 1, d.pick("int32", "int64"))
    return d.call("nn.embedding_lookup", x, ids, **d.pick({}, {"max_norm": 1.0}))


def sequence_mask(d: Any) -> Any:
    lengths = d.ints(d.shape(0, 2), 0, 4)
    return d.call(
        "sequence_mask", lengths, **d.pick({}, {"maxlen": 5}, {"dtype": FLOAT, "maxlen": 3})
    )


def ensure_shape(d: Any) -> Any:
    x = d.x(None, -3, 3)
    return d.call("ensure_shape", x, [d.pick(n, None) for n in d.shape_of(x)])


PATTERNS = {
    "reshape": reshape, "transpose": transpose, "expand_dims": expand_dims, "squeeze": squeeze,
    "broadcast_to": broadcast_to, "tile": tile, "repeat": repeat, "reverse": reverse, "roll": roll,
    "pad": pad, "concat": concat, "stack": stack, "unstack": unstack, "split": split,
    "meshgrid": meshgrid, "slice": slice_, "@getitem": getitem, "strided_slice": strided_slice,
    "gather": gather, "gather_nd": gather_nd, "scatter_nd": scatter_nd,
    "tensor_scatter_nd_add": tensor_scatter("tensor_scatter_nd_add"),
    "tensor_scatter_nd_update": tensor_scatter("tensor_scatter_nd_update"),
    "boolean_mask": boolean_mask, "one_hot": one_hot, "sort": sort, "argsort": argsort,
    "math.top_k": top_k, "searchsorted": searchsorted, "unique": unique,
    "nn.embedding_lookup": embedding_lookup, "sequence_mask": sequence_mask, "ensure_shape": ensure_shape,
}  # fmt: skip
