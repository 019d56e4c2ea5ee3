"""Checks that users can run on their own ops and functions."""

from thalweg.testing.check_gradients import check_gradients
from thalweg.testing.check_op import check_op
from thalweg.testing.gradient_report import GradientReport
from thalweg.testing.mismatch import MismatchError

__all__ = ["GradientReport", "MismatchError", "check_gradients", "check_op"]
