"""Written programs about tapes, gradients of any kind, and rules of one's own."""

from __future__ import annotations

import numpy as np


def own_rule(tf, x, s):
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.math.log(1.0 + e), lambda up: up * (1.0 - 1.0 / (1.0 + e))

    @tf.custom_gradient
    def two(x, y):
        return (x * y, x + y), lambda a, b: (3.0 * a * y + b, tf.reduce_sum(a * x * tf.cos(x) + b))

    return [log1pexp(x), two(x, s)]


def again_and_through(tf, x, s):
    again = tf.recompute_grad(lambda x, s: tf.sin(x) * s * x)
    through = tf.grad_pass_through(tf.round)
    return [again(x, s), through(x) * s, tf.stop_gradient(x) * x]


def old_gradients(tf, x, s):
    @tf.function
    def inside(x, s):
        y = tf.reduce_sum(tf.sin(x) * s)
        first = tf.gradients(y, [x, s])
        weighed = tf.gradients(
            [x * s, x * x], xs=x, grad_ys=[x, tf.ones_like(x)], stop_gradients=[s]
        )
        nothing = tf.gradients(s * s, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        none = tf.gradients(s * s, x)
        return first, weighed, nothing, [n is None for n in none]

    return inside(x, s)


def old_hessians(tf, x, s):
    @tf.function
    def inside(x):
        return tf.hessians(tf.reduce_sum(tf.sin(x) * x * x), x)

    return inside(x)


def tape_inside(tf, x, s):
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch([x, {"s": s}])
        y = tf.sin(x) * s
        with tape.stop_recording():
            silent = x * x
        z = y * y
    found = tape.gradient({"y": y, "z": z}, {"x": x, "s": s})
    weighed = tape.gradient(y, [x], output_gradients=x)
    nothing = tape.gradient(silent, x, unconnected_gradients="zero")
    none = tape.gradient(silent, [x, s], unconnected_gradients=tf.UnconnectedGradients.NONE)
    return [found["x"], found["s"], weighed, nothing, [n is None for n in none]]


def tape_reset(tf, x, s):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * s
        tape.reset()
        tape.watch(x)
        z = x * x
    return tape.gradient(z, x), y


def jacobians(tf, x, s):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, s])
        y = tf.sin(x) * s + tf.reduce_sum(x * x)
    whole = tape.jacobian(y, [x, s])
    loop = tape.jacobian(
        y, x, unconnected_gradients="zero", parallel_iterations=2, experimental_use_pfor=False
    )
    return [whole, loop]


def batch_jacobians(tf, a, s):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(a)
        y = tf.stack([tf.sin(a[:, 0]) * a[:, 1] * s, tf.square(a[:, 2])], axis=1)
    first = tape.batch_jacobian(y, a)
    second = tape.batch_jacobian(
        y,
        source=a,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    )
    return [first, second]


def forward(tf, x, s):
    with tf.autodiff.ForwardAccumulator(
        primals=[x, s], tangents=[tf.ones_like(x), tf.ones_like(s)]
    ) as acc:
        y = tf.sin(x) * s
        z = tf.constant(2.0)
    return [
        acc.jvp(y),
        acc.jvp(z, unconnected_gradients=tf.UnconnectedGradients.ZERO),
        acc.jvp(z) is None,
    ]


def forward_over_reverse(tf, x, s):
    with tf.autodiff.ForwardAccumulator(x, tf.cos(x)) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.exp(x) * x * s)
        slope = tape.gradient(y, x)
    return [slope, acc.jvp(slope)]


def two_tapes(tf, x, s):
    with tf.GradientTape() as one, tf.GradientTape() as two:
        one.watch(x)
        two.watch(s)
        y = tf.reduce_sum(tf.exp(x * s))
    return [one.gradient(y, x), two.gradient(y, s)]


def penalty(tf, a, s):
    with tf.GradientTape() as inner:
        inner.watch(a)
        loss = tf.reduce_sum(tf.tanh(a) * s)
    slope = inner.gradient(loss, a)
    return tf.norm(slope) + loss


def checking_of_gradients(tf, x, s):
    theory, numbers = tf.test.compute_gradient(
        lambda x: tf.sin(x) * 2.0, [tf.constant(np.array([0.7, -1.2, 1.9]))], delta=1e-4
    )
    return [theory[0], np.round(numbers[0], 4)]
