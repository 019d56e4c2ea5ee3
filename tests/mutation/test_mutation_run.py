"""The whole run as a test: by `pytest -m sweep tests/mutation`, some minutes on one core."""

from __future__ import annotations

import pytest

from mutation.running import SURVIVED, run

LEAST = 0.98


@pytest.mark.sweep
def test_planted_mistakes_are_found():
    done = run(told=print)
    assert done.failing == {}
    lost = [one.mistake for one in done.outcomes if one.what == SURVIVED]
    assert [f"{m.where}, {m.kind}: {m.words} ({m.place})" for m in lost] == []
    assert done.stale == []
    assert done.score >= LEAST
