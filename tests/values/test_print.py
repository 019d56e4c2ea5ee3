"""`print`: what TensorFlow 2.21 prints, character by character."""

from __future__ import annotations

import io
import logging
import sys

import numpy as np
import pytest

import thalweg as tw

TEN = tw.range(10)

# As printed by TensorFlow 2.21.
PRINTED = [
    ((TEN,), {}, "[0 1 2 ... 7 8 9]\n"),
    (("a", TEN, 3, 2.5, None, True), {}, "a [0 1 2 ... 7 8 9] 3 2.5 None True\n"),
    ((np.arange(3),), {}, "array([0, 1, 2])\n"),
    (({"b": TEN, "a": [tw.constant(1.0), "s"]},), {}, "{'a': [1, 's'], 'b': [0 1 2 ... 7 8 9]}\n"),
    ((tw.constant(1.0), tw.constant(1.5)), {"sep": ","}, "1,1.5\n"),
    ((tw.zeros([8, 8], tw.int32),), {"summarize": 1}, "[[0 ... 0]\n ...\n [0 ... 0]]\n"),
    ((TEN,), {"summarize": -1}, "[0 1 2 3 4 5 6 7 8 9]\n"),
    ((tw.constant(["a", "b"]), tw.constant("z")), {}, '["a" "b"] "z"\n'),
    ((tw.constant("z"),), {}, "z\n"),
    ((tw.Variable([1.0, 2.0]),), {}, "[1 2]\n"),
    ((tw.constant(True), tw.constant([True, False])), {}, "1 [1 0]\n"),
    (
        (tw.constant(1e-9), tw.constant(1.123456789), tw.constant(np.pi, tw.float64)), {},
        "1e-09 1.12345684 3.1415926535897931\n",
    ),
    ((tw.constant([1.0, 1234567.0, 16777216.0, 1e15]),), {}, "[1 1234567 16777216 1e+15]\n"),
    ((tw.constant([np.nan, np.inf, -0.0]),), {}, "[nan inf -0]\n"),
    ((tw.constant([0.1, 0.2], tw.float64), tw.constant([0.1], tw.float16)), {}, "[0.1 0.2] [0.0999755859]\n"),
    ((), {}, "\n"),
    ((tw.constant(3),), {"end": "END\n"}, "3END\n"),
    (("a\tb", ["x", "y"], (1, tw.constant(2))), {}, "a\tb ['x', 'y'] (1, 2)\n"),
    ((tw.zeros([0]),), {}, "[]\n"),
    (
        (tw.reshape(tw.range(8), [2, 2, 2]),), {},
        "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]\n",
    ),
    (
        (tw.reshape(tw.range(49), [7, 7]),), {"summarize": 2},
        "[[0 1 ... 5 6]\n [7 8 ... 12 13]\n ...\n [35 36 ... 40 41]\n [42 43 ... 47 48]]\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "named", "wanted"), PRINTED)
def test_what_is_printed(inputs, named, wanted, capsys):
    tw.print(*inputs, output_stream=sys.stdout, name="p", **named)
    assert capsys.readouterr().out == wanted


def test_where_to(capsys, caplog, tmp_path):
    tw.print("error stream", TEN[:2])
    assert capsys.readouterr().err == "error stream [0 1]\n"
    stream = io.StringIO()
    tw.print(TEN[:2], output_stream=stream)
    assert stream.getvalue() == "[0 1]\n"
    file = tmp_path / "printed.txt"
    for n in (1, 2):
        tw.print(n, output_stream=f"file://{file}")
    assert file.read_text() == "1\n2\n"
    with caplog.at_level(logging.INFO):
        tw.print("100 %s", output_stream=logging.INFO)
        tw.print("warned", output_stream=logging.warning)
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("INFO", "100 %s"),
        ("WARNING", "warned"),
    ]


def test_refusals():
    with pytest.raises(ValueError, match="Unrecognized keyword arguments for tf"):
        tw.print(1, foo=3)
    for stream in ("stdout", 3.5, 7):
        with pytest.raises(ValueError, match="Unsupported output stream"):
            tw.print(1, output_stream=stream)


def test_printing_is_no_part_of_the_computation():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tw.print(y, output_stream=io.StringIO())
    assert float(tape.gradient(y, x)) == 6.0
