"""Checks that users can run on their own ops and functions."""

from thalweg.testing.check_op import check_op
from thalweg.testing.mismatch import MismatchError

__all__ = ["MismatchError", "check_op"]
