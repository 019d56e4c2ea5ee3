"""What of TensorFlow's names is not here, and what to write instead."""

from __future__ import annotations

import types
from typing import Any

_GRAPHS = (
    "there are no graphs and no sessions: everything runs as it is written. Write the computation as a "
    "Python function of its inputs, hold parameters in {tw}.Variable, and read values by `.numpy()`"
)
_LAYERS = (
    "there are no layers and models to put together. Write them as a {tw}.Module that holds its "
    "{tw}.Variable, losses by {tw}.losses, and train with {tw}.GradientTape and {tw}.optimizers, or by "
    "{tw}.minimize"
)
_FILES = (
    "files are read and written by Python and NumPy: np.loadtxt, np.load, np.save; a Variable and a "
    "{tw}.Module can be pickled"
)
_BATCHES = (
    "data are arrays. Take batches by slicing, x[i : i + 32], in an order shuffled by "
    "{tw}.random.shuffle"
)
_DEVICES = "everything is computed by NumPy on this machine's processor: leave it away"
_DENSE = "all Tensors are dense and rectangular: use {tw}.constant and the ordinary ops"
_DRAWN = "draw the numbers and make a Variable of them: {tw}.Variable({tw}.random.normal([2, 3]))"
_TEXTS = "texts are Python's: work on them before they become numbers"
_INITIAL = "a {tw}.Variable has its value from the start: leave it away"
_PYTHON = "everything runs as Python at once: call the function itself"

ADVICE: dict[str, str] = {
    **dict.fromkeys(["keras", "layers", "estimator", "initializers", "contrib", "lite"], _LAYERS),
    "metrics": "compute them from predictions, such as {tw}.reduce_mean({tw}.abs(y - p)), or by {tw}.losses",
    "train": "optimizers stand in {tw}.optimizers; a step is {tw}.GradientTape, then `apply_gradients`",
    "data": _BATCHES,
    "queue": _BATCHES,
    **dict.fromkeys(["io", "saved_model", "gfile", "python_io", "summary"], _FILES),
    **dict.fromkeys(
        ["compat", "Session", "InteractiveSession", "placeholder", "Graph", "get_default_graph",
         "get_default_session", "reset_default_graph", "disable_eager_execution", "ConfigProto",
         "disable_v2_behavior", "placeholder_with_default", "Operation", "control_dependencies", "group"],
        _GRAPHS,
    ),
    **dict.fromkeys(
        ["global_variables_initializer", "initialize_all_variables", "variables_initializer",
         "local_variables_initializer"],
        _INITIAL,
    ),
    **dict.fromkeys(["get_variable", "variable_scope"], "make a {tw}.Variable, and scopes by {tw}.name_scope"),
    **dict.fromkeys(["global_variables", "trainable_variables"], "a {tw}.Module lists its Variables: `trainable_variables`"),
    **dict.fromkeys(["device", "distribute", "tpu", "xla", "mlir", "profiler", "DeviceSpec", "dtensor"], _DEVICES),
    **dict.fromkeys(["enable_eager_execution", "enable_v2_behavior"], "everything is eager from the start: leave it away"),
    **dict.fromkeys(["sparse", "SparseTensor", "ragged", "RaggedTensor", "IndexedSlices", "lookup", "feature_column"], _DENSE),
    **dict.fromkeys(
        ["random_normal_initializer", "random_uniform_initializer", "truncated_normal_initializer",
         "glorot_uniform_initializer", "glorot_normal_initializer", "constant_initializer",
         "zeros_initializer", "ones_initializer"],
        _DRAWN,
    ),
    **dict.fromkeys(["strings", "string", "as_string"], _TEXTS),
    **dict.fromkeys(["image", "audio"], "pictures and sounds are arrays: NumPy and SciPy read and filter them"),
    "signal": "there are no Fourier transforms; np.fft computes them on `.numpy()`, without gradients",
    **dict.fromkeys(["py_function", "numpy_function", "py_func", "autograph", "init_scope", "wrap_function"], _PYTHON),
    "TensorArray": "append to a Python list and make a Tensor of it: {tw}.stack(parts)",
    "RegisterGradient": "write the rule beside the function, by {tw}.custom_gradient",
    **dict.fromkeys(["no_gradient", "NoGradient", "NotDifferentiable"], "{tw}.stop_gradient(x) cuts a gradient off"),
    **dict.fromkeys(["raw_ops", "experimental"], "use the public names: {tw}.math, {tw}.linalg, {tw}.nn"),
    **dict.fromkeys(["DType", "dtypes", "as_dtype"], "a dtype is NumPy's: {tw}.float32, np.dtype(...)"),
    "bfloat16": "NumPy has no such numbers; use {tw}.float32 or {tw}.float16",
    "half": "write {tw}.float16",
    "double": "write {tw}.float64",
    "to_float": "write {tw}.cast(x, {tw}.float32)",
    "to_double": "write {tw}.cast(x, {tw}.float64)",
    "to_int32": "write {tw}.cast(x, {tw}.int32)",
    "to_int64": "write {tw}.cast(x, {tw}.int64)",
    "saturate_cast": "write {tw}.cast({tw}.clip_by_value(x, low, high), dtype)",
    "random_normal": "write {tw}.random.normal",
    "random_uniform": "write {tw}.random.uniform",
    "random_shuffle": "write {tw}.random.shuffle",
    "truncated_normal": "write {tw}.random.truncated_normal",
    "set_random_seed": "write {tw}.random.set_seed",
    "div": "write {tw}.divide",
    "realdiv": "write {tw}.divide",
    "lin_space": "write {tw}.linspace",
    "arg_max": "write {tw}.argmax",
    "arg_min": "write {tw}.argmin",
    "matrix_inverse": "write {tw}.linalg.inv",
    "matrix_determinant": "write {tw}.linalg.det",
    "matrix_solve": "write {tw}.linalg.solve",
    "self_adjoint_eig": "write {tw}.linalg.eigh",
    "Assert": "write {tw}.debugging.assert_equal and its kin",
    "Print": "write {tw}.print",
    "eig": "eigenvalues are those of symmetric matrices: {tw}.linalg.eigh",
}  # fmt: skip
"""By name at TensorFlow's root; `{tw}` stands for what the user calls this package."""

ROOMS = ("math", "linalg", "nn", "random", "debugging", "losses", "optimizers")
"""Where a name that TensorFlow 1 had at its root may stand."""


def absence(package: types.ModuleType, name: str, frame: types.FrameType) -> AttributeError:
    """What is said of a name that the package does not have.

    Args:
        package: thalweg.
        name: what was looked for.
        frame: where, to call the package as the user does.
    """
    ours = spoken(package, frame)
    told = f"module 'thalweg' has no attribute {name!r}"
    advice = ADVICE.get(name) or (None if name.startswith("_") else _elsewhere(package, name))
    if advice:
        told = f"{told}: {advice.format(tw=ours)}"
    return AttributeError(told, name=name, obj=package)


def spoken(package: types.ModuleType, frame: types.FrameType) -> str:
    """What the user's module calls the package: `tf` after `import thalweg as tf`; else `tw`."""
    names = [name for name, value in frame.f_globals.items() if value is package]
    return names[0] if names else "tw"


def _elsewhere(package: Any, name: str) -> str | None:
    for room in ROOMS:
        if hasattr(getattr(package, room), name):
            return f"write {{tw}}.{room}.{name}"
    return None
