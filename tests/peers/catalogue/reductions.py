"""Names that sum, count and compare along axes."""

from __future__ import annotations

from typing import Any

from peers.program import DType

REDUCTIONS = {
    "reduce_sum": (-3, 3), "reduce_mean": (-3, 3), "reduce_prod": (0.3, 2), "reduce_max": (-3, 3),
    "reduce_min": (-3, 3), "reduce_logsumexp": (-5, 5), "math.reduce_std": (-3, 3),
    "math.reduce_variance": (-3, 3), "math.reduce_euclidean_norm": (0.2, 3),
}  # fmt: skip


def reduction(name: str, bounds: tuple[float, float]) -> Any:
    def pattern(d: Any) -> Any:
        least = 1 if name == "math.reduce_std" else 0
        x = d.x(None, *bounds, least=least)
        named = {} if d.rng.random() < 0.2 else {"axis": d.axes(x)}
        if d.flag():
            named["keepdims"] = d.flag()
        return d.call(name, x, **named)

    return pattern


def truth(name: str) -> Any:
    def pattern(d: Any) -> Any:
        x = d.call("less", d.x(None, -3, 3), 1.5)
        return d.call(name, x, axis=d.axes(x), keepdims=d.flag())

    return pattern


def of_integers(name: str) -> Any:
    def pattern(d: Any) -> Any:
        x = d.call("constant", d.ints(d.shape(0, 3), -5, 5, d.pick("int32", "int64")))
        return d.call(name, x, axis=d.axes(x), keepdims=d.flag())

    return pattern


def count_nonzero(d: Any) -> Any:
    x = d.call("nn.relu", d.x(None, -3, 3))
    return d.call(
        "math.count_nonzero", x, axis=d.axes(x), keepdims=d.pick(None, True, False),
        dtype=d.pick(DType("int64"), DType("int32")),
    )  # fmt: skip


def arg(name: str) -> Any:
    def pattern(d: Any) -> Any:
        x = d.x(None, -3, 3, least=1)
        named = d.pick({}, {"output_type": DType("int32")}, {"output_type": DType("int64")})
        return d.call(name, x, axis=d.pick(None, d.axis(x)), **named)

    return pattern


def cumulative(name: str, bounds: tuple[float, float]) -> Any:
    def pattern(d: Any) -> Any:
        x = d.x(None, *bounds, least=1)
        named = {} if d.flag() else {"axis": d.axis(x)}
        if d.flag():
            named |= {"exclusive": d.flag(), "reverse": d.flag()}
        return d.call(name, x, **named)

    return pattern


def softmax(name: str) -> Any:
    def pattern(d: Any) -> Any:
        x = d.x(None, -5, 5, least=1)
        return d.call(name, x, **d.pick({}, {"axis": d.axis(x)}))

    return pattern


def softmax_loss(d: Any) -> Any:
    logits = d.x(None, -4, 4, least=1)
    axis = d.axis(logits)
    labels = d.call("nn.softmax", d.x(d.shape_of(logits), -1, 1), axis=axis)
    return d.call("nn.softmax_cross_entropy_with_logits", labels, logits, axis=axis)


def sparse_softmax_loss(d: Any) -> Any:
    logits = d.x(None, -4, 4, least=1)
    shape = d.shape_of(logits)
    labels = d.ints(shape[:-1], 0, shape[-1] - 1, d.pick("int32", "int64"))
    return d.call("nn.sparse_softmax_cross_entropy_with_logits", labels, logits)


def norm(name: str) -> Any:
    def pattern(d: Any) -> Any:
        ord_ = d.pick("euclidean", 1, 2, float("inf"), 3, 2.5, "fro")
        least = 2 if ord_ == "fro" else 1
        x = d.x(None, 0.2, 3, least=least)
        axis = d.axis(x) if d.flag() else None
        if ord_ == "fro":
            axis = [-2, -1]
        elif axis is None and ord_ != "euclidean" and d.rank(x) != 1:
            axis = -1
        if name == "linalg.normalize":
            return d.call(name, x, ord=ord_, axis=axis)
        return d.call(name, x, ord=ord_, axis=axis, keepdims=d.pick(None, True, False))

    return pattern


def matrix_norm(d: Any) -> Any:
    x = d.x(None, 0.2, 3, least=2)
    return d.call(
        "norm", x, ord=d.pick(1, float("inf"), 2), axis=d.pick([-2, -1], (0, 1)), keepdims=d.flag()
    )


def l2_normalize(d: Any) -> Any:
    x = d.x(None, 0.2, 3)
    if d.rank(x) == 0:
        return d.call("math.l2_normalize", x)
    return d.call(
        "math.l2_normalize",
        x,
        epsilon=d.pick(1e-12, 1e-3, 50.0),
        **d.pick({"axis": d.axes(x)}, {"dim": d.axis(x)}),
    )


def moments(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    axes = [int(a) for a in d.rng.choice(d.rank(x), d.whole(1, d.rank(x)), replace=False)]
    return d.call(
        "nn.moments", x, axes, **d.pick({}, {"keepdims": True}, {"shift": None, "keepdims": False})
    )


def clip_by_norm(d: Any) -> Any:
    x = d.x(None, 0.2, 3)
    return d.call(
        "clip_by_norm", x, d.pick(0.5, 1.5, 100.0), axes=None if d.rank(x) == 0 else d.axes(x)
    )


def clip_by_global_norm(d: Any) -> Any:
    many = [d.x() for _ in range(d.whole(1, 3))]
    if d.flag():
        return d.call("clip_by_global_norm", many, d.pick(0.5, 100.0))
    return d.call("clip_by_global_norm", many, 0.5, use_norm=d.call("linalg.global_norm", many))


def global_norm(d: Any) -> Any:
    return d.call("linalg.global_norm", [d.x() for _ in range(d.whole(1, 3))])


def lbeta(d: Any) -> Any:
    return d.call("math.lbeta", d.x(None, 0.3, 4, least=1))


def batch_normalization(d: Any) -> Any:
    x = d.x(None, -3, 3, least=2)
    wide = d.shape_of(x)[-1:]
    offset = d.pick(None, d.x(wide))
    scale = d.pick(None, d.x(wide))
    return d.call(
        "nn.batch_normalization", x, d.x(wide), d.x(wide, 0.3, 2), offset, scale, d.pick(1e-3, 0.1)
    )


def bias_add(d: Any) -> Any:
    x = d.x(None, -3, 3, least=2)
    form = d.pick(None, "N...C", "NC..." if d.rank(x) > 2 else None)
    at = 1 if form == "NC..." else -1
    return d.call("nn.bias_add", x, d.x((d.shape_of(x)[at],)), data_format=form)


PATTERNS = {
    **{name: reduction(name, bounds) for name, bounds in REDUCTIONS.items()},
    **{name: truth(name) for name in ("reduce_all", "reduce_any")},
    **{f"{n} of integers": of_integers(n) for n in (
        "reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod")},
    "math.count_nonzero": count_nonzero,
    **{name: arg(name) for name in ("argmax", "argmin")},
    "cumsum": cumulative("cumsum", (-3, 3)), "math.cumprod": cumulative("math.cumprod", (0.4, 1.8)),
    "math.cumulative_logsumexp": cumulative("math.cumulative_logsumexp", (-4, 4)),
    "nn.softmax": softmax("nn.softmax"), "nn.log_softmax": softmax("nn.log_softmax"),
    "nn.softmax_cross_entropy_with_logits": softmax_loss,
    "nn.sparse_softmax_cross_entropy_with_logits": sparse_softmax_loss,
    "norm": norm("norm"), "linalg.normalize": norm("linalg.normalize"), "matrix norms": matrix_norm,
    "math.l2_normalize": l2_normalize, "nn.moments": moments, "clip_by_norm": clip_by_norm,
    "clip_by_global_norm": clip_by_global_norm, "linalg.global_norm": global_norm, "math.lbeta": lbeta,
    "nn.batch_normalization": batch_normalization, "nn.bias_add": bias_add,
}  # fmt: skip
