"""Rows with one mistake each, of the kinds that gradient rules have had, and right rows beside them."""

from __future__ import annotations

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import elementwise, row
from thalweg.errors import ShapeError
from thalweg.ops.arithmetic import abs as absolute
from thalweg.ops.arithmetic import square
from thalweg.ops.comparison import greater, greater_equal, where
from thalweg.ops.contraction import product, swap_last
from thalweg.ops.creation import zeros_like
from thalweg.ops.cumulative import cumsum
from thalweg.ops.indexing import pick_along, put_at
from thalweg.ops.movement import reshape
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.trigonometric import sin

ANY = (-3.0, 3.0)
SQUARE = (sample((3, 3), (3, 3)),)
kept_by_a_kernel = []


def of_one(kernel=np.square, rule=lambda g, x: g * (x + x), domain=(0.4, 3.0), **columns):
    return elementwise("planted", "x", kernel, vjp={"x": rule}, domain=(domain,), **columns)


def of_two(kernel, x, y, domain=(ANY, (0.4, 3.0)), **columns):
    return elementwise("planted", "x y", kernel, vjp={"x": x, "y": y}, domain=domain, **columns)


def summed(rule, samples, jvp=None, prepare=None, kernel=None):
    @row(
        inputs="x", name="planted", vjp={"x": rule}, samples=samples, prepare=prepare,
        jvp={"x": jvp or (lambda g, axis, keepdims: reduce_sum(g, axis, keepdims))},
    )  # fmt: skip
    def planted(x, axis=None, keepdims=False):
        return (kernel or np.sum)(x, axis=axis, keepdims=keepdims)

    return planted


def multiplied(a, b, **columns):
    columns = {"multilinear": "a b", "samples": SQUARE, **columns}
    return row(inputs="a b", name="planted", vjp={"a": a, "b": b}, **columns)(lambda a, b: a @ b)


def left(g, b):
    return product(g, swap_last(b))


def right(g, a):
    return product(swap_last(a), g)


def along_first(g, x_shape):
    return reshape(g, (1, *g.shape))


# --- rows that are right: the checks must let them pass


def right_square():
    return of_one()


def right_quotient():
    return of_two(lambda x, y: x / y, lambda g, y: g / y, lambda g, ans, y: -g * (ans / y))


def right_sum():
    return summed(along_first, (sample((3, 3), axis=0),))


def right_product():
    return multiplied(left, right, wrong=(wrong(np.ones((2, 3)), np.ones(2), error=ShapeError),))


# --- rows that are wrong, with words that the message must hold


def missing_factor():
    return of_one(rule=lambda g, x: g * x)


def wrong_sign():
    return of_one(np.cos, lambda g, x: g * sin(x))


def slightly_wrong_constant():
    return of_one(rule=lambda g, x: g * (2.000000002 * x))


def constant_of_single_precision():
    return of_one(lambda x: x * 0.1, lambda g: g * float(np.float32(0.1)))


def swapped_operands():
    return of_two(lambda x, y: x - y, lambda g: -g, lambda g: g)


def swapped_rules_of_a_quotient():
    return of_two(lambda x, y: x / y, lambda g, ans, y: -g * (ans / y), lambda g, y: g / y)


def swapped_matrices():
    return multiplied(lambda g, a: product(g, swap_last(a)), lambda g, b: product(swap_last(b), g))


def forgotten_transpose():
    return multiplied(lambda g, b: product(g, b), right)


def wrong_axis():
    return summed(lambda g, x_shape: reshape(g, (*g.shape, 1)), (sample((3, 3), axis=0),))


def negative_axis_taken_for_none():
    def rule(g, x_shape, axis, keepdims):
        return reshape(g, (*x_shape[:axis], 1, *x_shape[axis + 1 :])) if axis > 0 else g

    return summed(rule, (sample((3, 3), axis=1), sample((3, 3), axis=-1)))


def forgotten_keepdims():
    def rule(g):
        return reshape(g, (*g.shape, 1))

    return summed(rule, (sample((2, 3), axis=1), sample((2, 3), axis=1, keepdims=True)))


def mean_without_its_count():
    return summed(
        along_first, (sample((3, 4), axis=0),), kernel=np.mean,
        jvp=lambda g, axis, keepdims: reduce_sum(g, axis, keepdims) / 3,
    )  # fmt: skip


def lost_broadcast():
    def rule(g, x, y_shape):
        return reshape(g * x, y_shape)

    return of_two(lambda x, y: x * y, lambda g, y: g * y, rule)


def broadcast_summed_twice():
    def rule(g, x, y_shape):
        product = g * x
        return reduce_sum(product, 0, True) if len(y_shape) < len(product.shape) else product * 1.0

    def doubled(g, x, y_shape):
        found = rule(g, x, y_shape)
        return found + found if len(y_shape) < len(g.shape) else found

    return of_two(lambda x, y: x * y, lambda g, y: g * y, doubled)


def tie_given_to_the_first():
    return of_two(
        np.maximum,
        lambda g, x, y: where(greater_equal(x, y), g, zeros_like(g)),
        lambda g, x, y: where(greater(y, x), g, zeros_like(g)),
        domain=(ANY, ANY), special=(special(1.0, 1.0, value=1.0, grad=(0.5, 0.5)),),
    )  # fmt: skip


def nan_hidden():
    return of_one(
        lambda x: np.maximum(x, 0),
        lambda g, x: where(greater(x, 0), g, zeros_like(g)),
        special=(special(np.nan, value=np.nan, grad=(np.nan,)),),
    )


def nan_made():
    return of_one(
        lambda x: np.sqrt(np.square(x)), lambda g, ans, x: g * (x / ans), bounded=True,
        special=(special(0.0, value=0.0, grad=(0.0,)),),
    )  # fmt: skip


def strong_zero_switched_off():
    return of_one(
        np.sqrt, lambda g, ans: g * (0.5 / ans), bounded=True,
        special=(special(0.0, value=0.0, grad=(np.inf,)),),
    )  # fmt: skip


def tail_lost():
    return of_one(
        lambda x: 1 / (1 + np.exp(-x)), lambda g, ans: g * (ans * (1 - ans)),
        special=(special(40.0, grad=(4.248354255291589e-18,)),),
    )  # fmt: skip


def sign_of_zero_lost():
    return of_one(lambda x: np.square(x) + 0, special=(special(-0.0, value=-0.0),))


def cotangent_overwritten():
    def rule(g, x):
        if isinstance(g, np.ndarray):
            g *= x + x
            return g
        return g * (x + x)

    return of_one(rule=rule)


def input_overwritten():
    def kernel(x):
        answer = np.square(x)
        if isinstance(x, np.ndarray):
            x.sort()
        return answer

    return row(
        inputs="x", name="planted", samples=(sample((5,)),),
        vjp={"x": lambda g, x: g * (x + x)}, jvp={"x": lambda g, x: g * (x + x)},
    )(kernel)  # fmt: skip


def detached_second_order():
    return of_one(rule=lambda g, x: g * (2 * getattr(x, "array", x)))


def cotangent_detached():
    return of_one(rule=lambda g, x: getattr(g, "array", g) * (x + x))


def value_of_the_last_call():
    latest = {}

    def kernel(x):
        latest["x"] = x
        return np.square(x)

    return of_one(kernel, lambda g: g * (2 * latest["x"]))


def not_linear_in_the_cotangent():
    return of_one(rule=lambda g, x: absolute(g) * (x + x))


def cotangent_squared():
    return of_one(rule=lambda g, x: square(g) * (x + x))


def constant_beside_the_cotangent():
    return of_one(rule=lambda g, x: g * (x + x) + 1e-13)


def answer_always_double():
    return of_one(lambda x: np.square(np.asarray(x, np.float64)))


def constants_of_single_precision_in_the_kernel():
    return of_one(lambda x: x * np.float64(np.float32(0.3)), lambda g: g * 0.3)


def kernel_through_single_precision():
    return of_one(lambda x: np.square(x.astype(np.float32)).astype(x.dtype))


def not_what_numpy_gives():
    return of_one(lambda x: x * x * x, lambda g, x: g * (3 * x * x), numpy=(np.square,))


def wrong_forward_rule():
    return summed(
        along_first, (sample((3, 3), axis=0),),
        jvp=lambda g, axis, keepdims: reduce_sum(g, axis, keepdims) * 0.5,
    )  # fmt: skip


def forward_rule_of_the_other_axis():
    return summed(
        along_first, (sample((3, 3), axis=0),), jvp=lambda g, keepdims: reduce_sum(g, 1, keepdims)
    )


def no_forward_rule():
    return multiplied(left, right, multilinear="")


def affine_taken_for_linear():
    return row(
        inputs="x", name="planted", linear="x", vjp={"x": lambda g: g}, samples=(sample((3,)),)
    )(lambda x: x + 1)


def bilinear_taken_for_linear():
    return multiplied(left, right, multilinear="", linear="a b")


def repeated_index_counted_once():
    def rule(g, x_shape, index):
        found = zeros_like(np.zeros(x_shape))
        found[index] = getattr(g, "array", g)
        return found

    return row(
        inputs="x", name="planted", linear="x", vjp={"x": rule},
        samples=(sample((3,), index=np.array([0, 0, 2])),),
    )(lambda x, index: x[index])  # fmt: skip


def index_kept_by_reference():
    return row(
        inputs="x", name="planted", public="planted", linear="x",
        vjp={"x": lambda g, x_shape, index: put_at(g, shape=x_shape, index=(index,))},
        samples=(sample((3,), index=np.array([0, 0, 2])),),
    )(lambda x, index: x[index])  # fmt: skip


def running_sum_not_reversed():
    return row(
        inputs="x", name="planted", linear="x", samples=(sample((4,)),),
        vjp={"x": lambda g: cumsum(g)},
    )(lambda x: np.cumsum(x))  # fmt: skip


def second_answer_forgotten():
    return row(
        inputs="x", name="planted", linear="x", samples=(sample((2, 3)),),
        vjp={"x": lambda g, x_shape: put_at(g[0], shape=x_shape, index=0)},
    )(lambda x, second=1: (x[0], x[second]))  # fmt: skip


def wrong_member_of_a_list():
    return row(
        inputs="values*", name="planted", linear="values", samples=(sample([(2,), (2,), (2,)]),),
        vjp={"values": lambda g, i: pick_along(g, max(i - 1, 0), 0)},
    )(lambda values: np.stack(values))  # fmt: skip


def order_of_memory_taken_for_order_of_axes():
    return row(
        inputs="x", name="planted", linear="x", samples=(sample((2, 3)),),
        vjp={"x": lambda g, x_shape: reshape(g, x_shape)},
    )(lambda x: x.ravel(order="K"))  # fmt: skip


def written_to_and_put_back():
    def kernel(x):
        if np.ndim(x):
            x += 1
            x -= 1
        return np.square(x)

    return of_one(kernel)


def scalars_come_back_as_arrays():
    return of_one(lambda x: np.square(np.atleast_1d(x)))


def empty_arrays_refused():
    return of_one(lambda x: np.square(x) + 0 * np.max(x))


def python_numbers_taken_for_double():
    return of_two(
        lambda x, y: np.multiply(x, np.asarray(y)), lambda g, y: g * y, lambda g, x: g * x,
        public="planted",
    )  # fmt: skip


def holomorphic_by_mistake():
    z = np.array([1.0 + 2.0j, -0.5 + 0.3j])
    return of_one(
        lambda x: np.real(x * np.conj(x)), lambda g, x: g * (x + x), domain=ANY,
        samples=(sample(z),), jvp={"x": lambda g, x: g * (x + x)},
    )  # fmt: skip


def conjugate_forgotten():
    return of_one(holomorphic=False, domain=ANY, samples=(sample(np.array([1.0 + 2.0j])),))


def arrays_kept_by_the_kernel():
    def kernel(x):
        kept_by_a_kernel.append(x)
        return np.square(x)

    return of_one(kernel)


def wrong_inputs_taken():
    return of_two(
        lambda x, y: x * y, lambda g, y: g * y, lambda g, x: g * x,
        wrong=(wrong(np.ones(3), np.ones(1), error=ShapeError),),
    )  # fmt: skip


def wrong_inputs_refused_in_other_words():
    return multiplied(
        left, right, wrong=(wrong(np.ones(3), np.ones(2), error=ShapeError, words="elephants"),)
    )


def wrong_inputs_refused_by_another_exception():
    return multiplied(left, right, wrong=(wrong(np.ones(3), np.ones(2), error=ZeroDivisionError),))


def no_evidence():
    return elementwise("planted", "x", np.square, vjp={"x": lambda g, x: g * (x + x)})


def what_is_left_out_comes_back():
    """A product along the last axis by division: a row with a NaN in it sends NaN, used or not."""

    def rule(g, x, ans):
        return reshape(g * ans, (*ans.shape, 1)) / x

    samples = (sample((3,)), sample((2, 3)))
    columns = {"vjp": {"x": rule}, "jvp": {"x": lambda g, x, ans: reduce_sum(g / x, -1) * ans}}
    return row(inputs="x", name="planted", samples=samples, domain=((0.4, 3.0),), **columns)(
        lambda x: np.prod(x, -1)
    )


def answer_alone_forgotten():
    def rule(g):
        one, two = g
        return two if one is None else one + (0 if two is None else two * 2)

    columns = {"vjp": {"x": rule}, "knows_absent": True, "several": True, "linear": "x"}
    return row(inputs="x", name="planted", samples=(sample((3,)),), **columns)(
        lambda x: (x * 1, x * 2)
    )


def no_slope_at_a_cotangent_of_zero():
    def rule(g, x):
        return where(greater(absolute(g), 0), g * (x + x), zeros_like(g))

    return of_one(rule=rule)
