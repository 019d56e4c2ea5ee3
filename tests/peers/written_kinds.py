"""Written programs about Variables, operators, shapes, modules, checks and dtypes."""

from __future__ import annotations

import numpy as np


def variables(tf, x, s):
    v = tf.Variable(x, trainable=True, name="v", dtype=x.dtype, shape=x.shape)
    fixed = tf.Variable(s, trainable=False)
    with tf.GradientTape() as tape:
        y = v * v.value() + v.read_value() * fixed
    seen = [
        v.name,
        v.trainable,
        fixed.trainable,
        len(tape.watched_variables()),
        v.get_shape().as_list(),
    ]
    slope = tape.gradient(y, v)
    changed = v.assign_add(tf.ones_like(x))
    v.assign_sub(delta=tf.ones_like(x) * 3.0, use_locking=False, name="n", read_value=True)
    after = tf.identity(v)
    v.assign(value=x * s, read_value=False)
    return [y, slope, changed + 0.0, after, v + 0.0, seen, v.shape.as_list(), tf.is_tensor(v)]


def operators(tf, x, s):
    p = x > 0.0
    q = s > 1.0
    return [
        abs(x), -x, 2.0 - x, 2.0 / x, 2.0 * x, 2.0 + x, 2.0**x, x // 0.7, x % 0.7, 5.0 // x, 5.0 % x, x**2, x - 1,
        p & q, p | q, p ^ q, ~p, True & p, False | p, True ^ p, x <= 1.9, x >= 1.9, x < 1, x == x, x != 1.9,
        x[0], x[tf.newaxis, 1:], x[..., ::2], x[-1], len(x), [float(part) for part in x], bool(q),
        int(tf.constant(3)), [1, 2, 3][tf.constant(1)], x.ndim, x.shape.as_list(), np.asarray(x).tolist(),
    ]  # fmt: skip


def matrices_by_operator(tf, a, s):
    return [
        a @ tf.transpose(a),
        np.ones((1, 2)).astype(a.dtype.name if hasattr(a.dtype, "name") else a.dtype) @ a * s,
    ]


def shapes(tf, x, s):
    one, two = tf.TensorShape([2, None, 3]), tf.TensorShape((2, 4, 3))
    return [
        one.rank, one.ndims, one.as_list(), one.is_fully_defined(), two.num_elements(), len(two), two[1],
        one.is_compatible_with(two), one.merge_with(two).as_list(), one.concatenate([5]).as_list(), list(two),
        two == [2, 4, 3], two.concatenate([1]).as_list(), two[1:].as_list(), one.dims is None, x.shape == (3,),
        tf.TensorShape(None).rank, x.get_shape().as_list(),
    ]  # fmt: skip


def specs(tf, x, s):
    spec = tf.TensorSpec([None], tf.float64, name="x")
    other = tf.TensorSpec.from_tensor(tf.constant([1.0, 2.0]), name="n")
    return [
        spec.shape.as_list(), spec.dtype == tf.float64, spec.name, other.shape.as_list(), other.name,
        spec.is_compatible_with(tf.constant([1.0, 2.0], tf.float64)), spec.is_compatible_with(tf.constant(1.0)),
        tf.TensorSpec.from_spec(spec, name="y").name, tf.TensorSpec([2]).dtype == tf.float32,
    ]  # fmt: skip


def modules(tf, x, s):
    class Layer(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.w = tf.Variable(tf.ones_like(x), name="w")
            self.b = tf.Variable(tf.zeros_like(s), trainable=False, name="b")

        @tf.Module.with_name_scope
        def __call__(self, z):
            return z * self.w + self.b

    class Net(tf.Module):
        def __init__(self):
            super().__init__(name="net")
            self.layers = [Layer(), Layer("second")]

    net = Net()
    return [
        net.layers[1](net.layers[0](x)) * s, net.name, len(net.variables), len(net.trainable_variables),
        len(net.non_trainable_variables), len(net.submodules), [m.name for m in net.submodules],
        [v.name for v in net.trainable_variables],
    ]  # fmt: skip


def odds(tf, x, s):
    with tf.name_scope("here"):
        y = x * s
    return [y, tf.no_op() is None, tf.print("x", output_stream="file:///dev/null") is None, tf.executing_eagerly(),
            x[tf.newaxis].shape.as_list(), tf.ensure_shape(x, [None])]  # fmt: skip


def checks(tf, x, s):
    tf.debugging.assert_near(x, x * (1.0 + 1e-16))
    tf.debugging.assert_near(x, x + 0.05, rtol=0.1, atol=0.1, message="near", summarize=2)
    tf.debugging.assert_shapes(
        [(x, ("N",)), (s, ())], data=None, summarize=None, message="m", name="n"
    )
    tf.debugging.assert_shapes([(tf.stack([x, x]), (2, "N")), (x, ("N",))])
    tf.debugging.assert_all_finite(x, "finite")
    return [
        tf.debugging.check_numerics(x, message="fine") * s,
        tf.debugging.assert_all_finite(x * s, message="m"),
    ]


def dtypes(tf, x, s):
    names = [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ]
    return [
        tf.cast(x, getattr(tf, n)) if n != "uint8" else tf.cast(tf.abs(x), tf.uint8) for n in names
    ]
