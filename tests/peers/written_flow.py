"""Written programs about branches, loops, maps and functions."""

from __future__ import annotations


def choice_by_cond(tf, x, s):
    first = tf.cond(tf.reduce_sum(x) > 0.0, true_fn=lambda: x * s, false_fn=lambda: tf.sin(x))
    second = tf.cond(tf.constant(False), lambda: x, lambda: x * x, name="c")
    return [first, second, tf.cond(True, lambda: s * s, lambda: s)]


def choice_by_case(tf, x, s):
    pairs = [(tf.less(s, 0.0), lambda: x), (tf.greater(s, 1.0), lambda: x * x * s)]
    first = tf.case(pairs, default=lambda: tf.exp(x), exclusive=False)
    second = tf.case(
        [(tf.less(s, 0.0), lambda: x)], default=lambda: tf.sin(x), exclusive=True, strict=False
    )
    return [first, second]


def choice_by_switch(tf, x, s):
    branches = [lambda: x, lambda: tf.sin(x) * s, lambda: x * x]
    return [
        tf.switch_case(tf.constant(1), branch_fns=branches),
        tf.switch_case(tf.constant(7), branches),
        tf.switch_case(tf.constant(1), {1: lambda: x * s, 0: lambda: x}, default=lambda: s),
    ]


def loop_by_while(tf, x, s):
    i, y = tf.while_loop(
        lambda i, y: i < 3, lambda i, y: (i + 1, tf.sin(y) * s + x), (tf.constant(0), x)
    )
    (z,) = tf.while_loop(
        cond=lambda z: tf.reduce_sum(z) < 40.0, body=lambda z: [z * z + 0.5], loop_vars=[x],
        shape_invariants=None, parallel_iterations=2, back_prop=True, swap_memory=False, maximum_iterations=2,
    )  # fmt: skip
    return [i, y, z]


def mapped(tf, a, s):
    plain = tf.map_fn(lambda row: tf.reduce_sum(row * row) * s, a)
    pair = tf.map_fn(
        lambda pair: (pair[0] * pair[1], pair[0] + s), (a, tf.sin(a)), fn_output_signature=(a.dtype, a.dtype),
        parallel_iterations=3, back_prop=True, swap_memory=False, infer_shape=True,
    )  # fmt: skip
    return [plain, pair, tf.map_fn(fn=lambda row: row * row, elems=a, dtype=a.dtype)]


def mapped_over_vectors(tf, a, s):
    first = tf.vectorized_map(lambda row: tf.tensordot(row, row, 1) * s, a)
    second = tf.vectorized_map(
        fn=lambda p: p[0] * tf.exp(p[1]), elems=(a, a), fallback_to_while_loop=True, warn=True
    )
    return [first, second]


def folded(tf, a, s):
    left = tf.foldl(lambda total, row: tf.sin(total) + row * s, a)
    right = tf.foldr(lambda total, row: tf.sin(total) * row, a, initializer=tf.ones_like(a[0]))
    also = tf.foldl(
        fn=lambda total, row: total * 0.5 + tf.reduce_sum(row), elems=a, initializer=s, parallel_iterations=2,
        back_prop=True, swap_memory=False,
    )  # fmt: skip
    again = tf.foldr(lambda t, r: t + r * r, a, None, 10, True, False)
    return [left, right, also, again]


def scanned(tf, a, s):
    plain = tf.scan(lambda total, row: total * row, a)
    seeded = tf.scan(
        lambda total, row: total * 0.5 + tf.reduce_sum(row) * s, a, initializer=s, reverse=True
    )
    several = tf.scan(
        fn=lambda state, row: (state[0] + row, state[1] * s), elems=a, initializer=(tf.zeros_like(a[0]), s),
        parallel_iterations=2, back_prop=True, swap_memory=False, infer_shape=True,
    )  # fmt: skip
    return [plain, seeded, several]


def as_function(tf, x, s):
    plain = tf.function(lambda x, s: tf.sin(x) * s)

    @tf.function(input_signature=None, autograph=False, reduce_retracing=True)
    def decorated(x, s):
        return {"a": x * s, "b": [x + s, s]}

    made = decorated(x, s=s)
    return [plain(x, s), made["a"], made["b"]]
