"""The names of control flow and kin bind what TensorFlow 2.21's bind: names, order, defaults."""

from __future__ import annotations

import inspect

import pytest

import thalweg as tw

# As `inspect.signature` prints them there; the enumeration's member is compared by its value.
SIGNATURES = {
    "cond": "(pred, true_fn=None, false_fn=None, name=None)",
    "case": "(pred_fn_pairs, default=None, exclusive=False, strict=False, name='case')",
    "switch_case": "(branch_index, branch_fns, default=None, name='switch_case')",
    "while_loop": "(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, "
    "back_prop=True, swap_memory=False, maximum_iterations=None, name=None)",
    "map_fn": "(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, "
    "infer_shape=True, name=None, fn_output_signature=None)",
    "vectorized_map": "(fn, elems, fallback_to_while_loop=True, warn=True)",
    "foldl": "(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, "
    "swap_memory=False, name=None)",
    "foldr": "(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, "
    "swap_memory=False, name=None)",
    "scan": "(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, "
    "swap_memory=False, infer_shape=True, reverse=False, name=None)",
    "gradients": "(ys, xs, grad_ys=None, name='gradients', gate_gradients=False, "
    "aggregation_method=None, stop_gradients=None, unconnected_gradients=none)",
    "hessians": "(ys, xs, gate_gradients=False, aggregation_method=None, name='hessians')",
    "add_n": "(inputs, name=None)",
    "scalar_mul": "(scalar, x, name=None)",
    "math.scalar_mul": "(scalar, x, name=None)",
    "Module": "(name=None)",
    "TensorSpec": "(shape, dtype=float32, name=None)",
    "name_scope": "(name)",
    "no_op": "(name=None)",
    "print": "(*inputs, **kwargs)",
    "executing_eagerly": "()",
    "function": "(func=None, input_signature=None, autograph=True, jit_compile=None, "
    "reduce_retracing=False, experimental_implements=None, experimental_autograph_options=None, "
    "experimental_attributes=None, experimental_relax_shapes=None, experimental_compile=None, "
    "experimental_follow_type_hints=None)",
}


OURS = {"checkpoint"}
"""What TensorFlow does not have; it comes by its name alone, behind all that TensorFlow has."""


def shown(call) -> str:
    """Return a signature without annotations, and without what is ours."""
    parts = []
    for parameter in inspect.signature(call).parameters.values():
        if parameter.name in OURS and parameter.kind is parameter.KEYWORD_ONLY:
            continue
        stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        default = parameter.default
        if default is inspect.Parameter.empty:
            parts.append(f"{stars}{parameter.name}")
        elif default is tw.UnconnectedGradients.NONE:
            parts.append(f"{parameter.name}=none")
        elif default is tw.float32.type:
            parts.append(f"{parameter.name}=float32")
        else:
            parts.append(f"{parameter.name}={default!r}")
    return f"({', '.join(parts)})"


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature(name):
    call = tw
    for part in name.split("."):
        call = getattr(call, part)
    assert shown(call) == SIGNATURES[name]


def test_eager_words():
    assert tw.executing_eagerly() is True
    assert tw.no_op() is None
    assert tw.no_op(name="nothing") is None
