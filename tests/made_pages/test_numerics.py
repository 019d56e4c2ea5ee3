"""The page of numerics says what the promises say, and what the peers were found to answer."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from pages.making import DOCS
from pages.numerics import MEASURED, PAGE, differs, lacking, numerics
from pages.promises import every_promise

PEERS = sorted(MEASURED.parent.glob("in_*.py"))
ROW = {promise.point: promise for promise in every_promise()}


@pytest.fixture
def measured(tmp_path):
    """A copy of what was measured, to be changed."""

    def changed(change):
        found = json.loads(MEASURED.read_text(encoding="utf-8"))
        change(found)
        file = tmp_path / "peers.json"
        file.write_text(json.dumps(found))
        return file

    return changed


def line_of(point, page):
    return next(line for line in page.splitlines() if line.startswith(f"| `{point}`"))


def test_every_promise_has_its_row_on_the_committed_page():
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == len(ROW)
    assert line_of("maximum(1, 1)", page) == (
        "| `maximum(1, 1)` | 0.5, 0.5 | **1, 0** | 0.5, 0.5 | 0.5, 0.5 | 0.5, 0.5 | shared |"
    )


def test_every_promise_was_put_to_a_peer():
    assert lacking() == []


def test_a_point_that_was_not_asked_or_is_gone_stops_the_page(measured):
    def change(found):
        for own in found["answers"].values():
            own.pop("relu(0)", None)
            own["planted(0)"] = {"float64": [0.0]}

    told = lacking(measured(change))
    assert [line.partition("; ")[0] for line in told] == [
        "planted(0) (float64): it is no promise",
        "relu(0) (float32): no peer was asked",
        "relu(0) (float64): no peer was asked",
    ]


@pytest.mark.parametrize(
    ("point", "dtype", "answer", "other"),
    [
        ("relu(0)", "float64", [0.0], False),
        ("relu(0)", "float64", [-0.0], False),
        ("relu(0)", "float64", [0.5], True),
        ("floor(1)", "float64", [None], True),
        ("sqrt(0)", "float64", ["inf"], False),
        ("sqrt(0)", "float64", ["-inf"], True),
        ("relu(NaN)", "float32", ["nan"], False),
        ("relu(NaN)", "float32", [1.0], True),
        ("max([2, 2, 1])", "float64", [[0.5, 0.5, 0.0]], False),
        ("max([2, 2, 1])", "float64", [[1.0, 0.0, 0.0]], True),
        ("z² at 3 + 4i", "float64", ["(6-8j)"], False),
        ("z² at 3 + 4i", "float64", ["(6+8j)"], True),
        ("logsumexp([1000, 1000])", "float64", [[0.5000000000000275] * 2], True),
        ("logsumexp([1000, 1000])", "float32", [[0.5000000000000275] * 2], False),
        ("relu(0)", "float64", {"raises": "ZeroDivisionError"}, True),
    ],
)
def test_what_is_marked(point, dtype, answer, other):
    assert differs(ROW[point], dtype, answer) is other


def test_how_a_peer_s_answers_are_printed(measured):
    def change(found):
        own = found["answers"]["TensorFlow"]
        own["relu(0)"] = {"float64": [0.0], "float32": [0.25]}
        own["relu6(0)"] = {"float64": {"raises": "KeyError"}, "float32": {"raises": "KeyError"}}
        own["logsumexp([1000, 1000])"]["float64"] = own["logsumexp([1000, 1000])"]["float32"] = [
            [0.5000000000000275, 0.5]
        ]
        del own["relu6(6)"]

    page = numerics(measured(change))[PAGE]
    assert "| 0 | float64 0; float32 **0.25** | 0 |" in line_of("relu(0)", page)
    assert "| **raises KeyError** |" in line_of("relu6(0)", page)
    assert "| 0 | – | 0 |" in line_of("relu6(6)", page)
    assert "float64 **[0.5000000000000275, 0.5]**; float32 [0.5, 0.5]" in line_of(
        "logsumexp([1000, 1000])", page
    )


@pytest.mark.parametrize("file", PEERS, ids=lambda file: file.stem)
def test_a_peer_s_functions_are_asked_for(file):
    """The peers are not installed here, so their files are read, not run."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    functions = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "FUNCTIONS"
    )
    names = {key.value for key in functions.keys}
    assert names
    assert names <= {promise.asked for promise in every_promise()}


def test_four_peers_were_asked():
    found = json.loads(MEASURED.read_text(encoding="utf-8"))
    assert list(found["answers"]) == list(found["versions"])
    assert len(found["answers"]) == len(PEERS) == 4
