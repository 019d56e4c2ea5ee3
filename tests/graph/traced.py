"""Run a function once under a tracer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thalweg.core.recording import STATE, set_recorders
from thalweg.graph.tracer import Tracer


def traced(function: Callable[..., Any], *tensors: Any) -> tuple[Tracer, list[Any]]:
    """The tracer, whose graph has the function's answers as outputs, and the answers."""
    tracer, before = Tracer(), STATE.recorders
    for one in tensors:
        tracer.given(one.array, one.key)
    set_recorders((*before, tracer))
    try:
        answers = function(*tensors)
    finally:
        set_recorders(before)
    answers = list(answers) if isinstance(answers, list | tuple) else [answers]
    tracer.graph.outputs = [tracer.node_of(one) for one in answers]
    return tracer, answers
