"""The counts and lists that docs/numpy.md prints are those of the code."""

from __future__ import annotations

import numpy as np
import pytest

from numpy_functions.page_of_names import PAGE, written

PRINTED = next(
    line.split()[2].rstrip(",")
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("Of NumPy ")
)


@pytest.mark.skipif(
    np.__version__ != PRINTED or not hasattr(np, "float128"),
    reason="another NumPy, or another machine, than the page's has other names",
)
def test_the_page_is_as_the_code_is():
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page
