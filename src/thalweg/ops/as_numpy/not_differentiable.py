"""NumPy's functions that work on Tensors and carry no gradient: each with its reason.

They compute with NumPy's own function on the values. What comes out as an array becomes a Tensor that
knows where it came from and why the gradient ends there; truth values, texts and numbers of Python's
stay what they are. `ALONE` are those in which no array goes, or of which a Tensor is only read as plain
numbers: NumPy asks nobody there, and the tape notes that the value left.
"""

from __future__ import annotations

ANSWERS: dict[str, str] = {
    "truth values carry no gradient": """
        all any logical_and logical_or logical_xor logical_not         isneginf isposinf isnat isclose isin iscomplex isreal signbit is_busday
        linalg.matrix_rank""",
    "places are whole numbers": """
        argmax argmin argsort argpartition argwhere flatnonzero nonzero lexsort searchsorted digitize nanargmax nanargmin
        unravel_index ravel_multi_index diag_indices_from tril_indices_from triu_indices_from""",
    "a count changes by jumps; sums of weights have a gradient in np.bincount": "bitwise_count count_nonzero histogram histogram2d histogramdd",
    "bits and whole numbers carry no gradient": """
        bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_invert invert left_shift right_shift
        bitwise_left_shift bitwise_right_shift gcd lcm packbits unpackbits""",
    "the grid of floating-point numbers is no function of a real number": "nextafter spacing",
    "the edges change by jumps": "histogram_bin_edges",
    "made from the shape alone": "empty_like ones_like zeros_like",
}
"""Reasons, and the functions whose arrays become Tensors."""

PLAIN: dict[str, str] = {
    "it answers with Python's own numbers and truth values": """
        allclose array_equal array_equiv iscomplexobj isrealobj can_cast shares_memory
        may_share_memory ndim shape size einsum_path broadcast_shapes""",
    "it answers with a dtype": "common_type min_scalar_type result_type",
    "it answers with text": "array2string array_repr array_str",
    "it writes the numbers to a file": "save savetxt savez savez_compressed",
}
"""Reasons, and the functions whose answers stay as NumPy gives them."""

ALONE: dict[str, str] = {
    "arrays are made of plain numbers: a Tensor that goes in leaves the tape": """
        array asarray asanyarray asarray_chkfinite ascontiguousarray asfortranarray asmatrix bmat
        require arange full from_dlpack frombuffer fromfile fromfunction fromiter fromregex fromstring
        genfromtxt load loadtxt kaiser""",
    "no array goes in": """
        bartlett blackman hamming hanning diag_indices empty eye identity indices mask_indices ones
        tri tril_indices triu_indices zeros""",
    "settings and reports, no numbers": """
        base_repr binary_repr datetime_data errstate format_float_positional format_float_scientific
        frompyfunc get_include get_printoptions getbufsize geterr geterrcall info isdtype isfortran
        isscalar issubdtype iterable mintypecode printoptions promote_types set_printoptions setbufsize
        seterr seterrcall show_config show_runtime test typename __array_namespace_info__
        linalg.LinAlgError""",
    "it asks for an array of objects, which is never made of a Tensor: its call is refused": "vectorize",
    "a type: a Tensor that goes in is read as plain numbers and leaves the tape": """
        bool bool_ broadcast busdaycalendar byte bytes_ cdouble character clongdouble complex128
        complex256 complex64 complexfloating csingle datetime64 double dtype finfo flatiter flexible
        float128 float16 float32 float64 floating generic half iinfo inexact int16 int32 int64 int8
        int_ intc integer intp long longdouble longlong matrix memmap ndarray ndenumerate ndindex
        nditer nested_iters number object_ poly1d recarray record short signedinteger single str_
        timedelta64 ubyte ufunc uint uint16 uint32 uint64 uint8 uintc uintp ulong ulonglong
        unsignedinteger ushort void""",
}
"""Reasons, and what never comes to thalweg at all."""


def by_name(groups: dict[str, str]) -> dict[str, str]:
    """From each name to its reason."""
    return {name: reason for reason, names in groups.items() for name in names.split()}
