"""An explanation names the user's line where a loss is the cause, not a line inside the loss."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import thalweg as tw
from tape.marked_lines import assert_told
from thalweg import losses

TRUTH = np.array([[0.2, 0.8], [0.5, 0.5]])
NAMES = sorted(
    {getattr(losses, name).__name__ for name in losses.__all__}
    - {"sparse_categorical_crossentropy"}
)


def loss_before_the_tape(name):
    """A loss that is computed before recording begins."""
    x = tw.Variable(TRUTH)
    loss = getattr(losses, name)(TRUTH, x)  # <- here
    with tw.GradientTape() as tape:
        tape.watch(x)
    assert tape.gradient(loss, x) is None
    return tape.explain(loss, x)


@pytest.mark.parametrize("name", NAMES)
def test_the_line_of_a_loss_before_the_tape(name):
    explanation = loss_before_the_tape(name)
    assert_told(explanation, explanation.cause, loss_before_the_tape)


def test_faces_keep_their_signatures():
    assert list(inspect.signature(losses.huber).parameters) == ["y_true", "y_pred", "delta"]
    assert losses.MSE.__name__ == "mean_squared_error"
    assert losses.MSE.__doc__.startswith("The mean of (y_true - y_pred)²")
