"""Why is a gradient None? The question as asked, taken apart into pairs, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thalweg.core.recording import STATE, Happening, caller_site, set_recorders
from thalweg.core.trees import flatten, is_nested
from thalweg.tape.adoption import Named
from thalweg.tape.asking import answer_gradient
from thalweg.tape.case import Case, Evidence
from thalweg.tape.causes import why
from thalweg.tape.explanation import Cause, Explanation, joined
from thalweg.tape.recording import Recording
from thalweg.tape.source_lines import arguments


def explain(
    recording: Recording | None,
    history: Sequence[Happening],
    target: Any,
    source: Any,
    *,
    strict: bool = False,
) -> Explanation:
    """Why the gradient of a target with respect to a source is None; of a nesting, for each source.

    Args:
        recording: a tape's record, None if it never recorded.
        history: when it was switched on and off.
        target: as given to `gradient`; anything else is explained too.
        source: likewise.
        strict: as the tape's.
    """
    asked = caller_site(2)
    names = (*arguments(asked, "explain"), "", "")[:2]
    targets = flatten(target) if is_nested(target) else [target]
    sources = flatten(source) if is_nested(source) else [source]
    if not sources:
        return Explanation(
            Cause.NOT_USED, "No sources were given: there is nothing to differentiate by."
        )
    if recording is None:
        recording = Recording(True)
    evidence = Evidence(recording, history, targets, names[0], asked)
    parts = []
    for place, one in enumerate(sources):
        name = names[1] if not is_nested(source) else f"{names[1]}[{place}]" if names[1] else ""
        found = why(Case(evidence, one, name))
        if found.cause is Cause.CONNECTED and _rules_unknown(recording):
            _ask(recording, target, one, strict=strict)
            evidence = Evidence(recording, history, targets, names[0], asked)
            found = why(Case(evidence, one, name))
        parts.append(found)
    return joined(parts) if len(parts) > 1 else parts[0]


def _rules_unknown(recording: Recording) -> bool:
    """Whether there are rules of the user's own on the tape, which may still return None."""
    return bool(recording.events) and any(
        type(spec[2]) is Named for spec in recording.specs.values() if len(spec) > 2
    )


def _ask(recording: Recording, target: Any, source: Any, *, strict: bool) -> None:
    """Take the gradient, so that rules that return None are noted."""
    recorders = STATE.recorders
    set_recorders(())
    try:
        answer_gradient(recording, target, source, None, "none", strict=strict, release=False)
    except Exception:  # noqa: BLE001 # a user's rule may raise anything; the question was only why
        return
    finally:
        set_recorders(recorders)


def explain_missing(tape: Any, target: Any, variables: Any) -> str:
    """A paragraph for each Variable whose gradient is None; for optimizers to print.

    Args:
        tape: the GradientTape that gave the gradients.
        target: the loss.
        variables: as given to `gradient`.

    Returns:
        The paragraphs, an empty line between; "" if no gradient is None.
    """
    found = tape.explain(target, flatten(variables))
    parts = found.parts or (found,)
    return "\n\n".join([one.text for one in parts if one.cause is not Cause.CONNECTED])


__all__ = ["explain", "explain_missing"]
