"""Each difference that the comparison with TensorFlow lets pass stands on docs/differences.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from peers.listed import LISTED

PAGE = (Path(__file__).parents[2] / "docs" / "differences.md").read_text("utf-8")


@pytest.mark.parametrize("row", LISTED, ids=lambda row: row.name)
def test_listed_difference_stands_on_the_page(row):
    assert any(row.page in line for line in PAGE.splitlines() if line.startswith("|")), row.page


def test_names_differ():
    assert len({row.name for row in LISTED}) == len(LISTED)
