"""Compiled code of the tests stays in a folder of their own, never in the user's."""

from __future__ import annotations

import os
import shutil
import tempfile

FOLDER = tempfile.mkdtemp(prefix="thalweg-tests-")
os.environ["THALWEG_CACHE"] = os.path.join(
    FOLDER, "code"
)  # processes that tests start read it, too


def pytest_unconfigure():
    shutil.rmtree(FOLDER, ignore_errors=True)
