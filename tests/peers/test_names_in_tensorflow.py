"""`signatures.json` is what the installed TensorFlow takes.

pip install "thalweg[test,bench]"
pytest -m peers tests/peers
"""

from __future__ import annotations

import json

import pytest

from peers import signatures

tensorflow = pytest.importorskip("tensorflow", reason="TensorFlow is in the bench extra")

pytestmark = pytest.mark.peers


def test_stored_signatures_are_tensorflows():
    assert json.loads(json.dumps(signatures.read_all(tensorflow))) == json.loads(
        signatures.STORED.read_text("utf-8")
    )
