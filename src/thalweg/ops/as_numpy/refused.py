"""NumPy's functions that Tensors refuse, each with what to use instead."""

from __future__ import annotations

REFUSED: dict[str, str] = {
    "copyto": "Tensors never change; v.assign(src) changes a Variable, np.where picks by a mask",
    "fill_diagonal": "Tensors never change; use tw.linalg.set_diag(x, diagonal)",
    "place": "Tensors never change; use np.where(mask, values, x)",
    "put": "Tensors never change; use tw.tensor_scatter_nd_update(x, indices, updates)",
    "put_along_axis": "Tensors never change; use np.where(mask, values, x)",
    "putmask": "Tensors never change; use np.where(mask, values, x)",
    "busday_count": "dates are no numbers; count them from arrays of dates, x.numpy()",
    "busday_offset": "dates are no numbers; reckon with arrays of dates, x.numpy()",
    "datetime_as_string": "dates are no numbers; use arrays of dates, x.numpy()",
    "i0": "its slope is the Bessel function i1, which has no row; give it with tw.custom_gradient",
    "linalg.eig": "the eigenvalues of a general matrix may be complex and come in no order; of a symmetric one use np.linalg.eigh",
    "linalg.eigvals": "the eigenvalues of a general matrix may be complex and come in no order; of a symmetric one use np.linalg.eigvalsh",
    "roots": "its answers may be complex and come in no order; follow one root with tw.find_root",
}
"""From a name to one line that says what to do."""

WITHOUT_GRADIENT = "write x.numpy() where no gradient is wanted"
"""What is said of any other function."""
