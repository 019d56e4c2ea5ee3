"""Each TensorFlow name in scope is there, and takes what TensorFlow's takes.

TensorFlow need not be installed: `signatures.json` holds what it takes, and
`test_names_in_tensorflow.py` holds that file against TensorFlow itself.
"""

from __future__ import annotations

import inspect
import json

import pytest

import thalweg
from peers import signatures

STORED = json.loads(signatures.STORED.read_text("utf-8"))
LISTED = signatures.listed_names()
LATER = set(LISTED["later"])
UNLIKE = LISTED["unlike"]
NAMES = sorted(name for name in STORED if name not in LATER)


def call_patterns(signature):
    """Yield (positional, keywords): every number of positional ones, each optional one by keyword."""
    given = signature.parameters.values()
    ordered = [p for p in given if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = [p for p in given if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    needed = [p.name for p in named if p.default is p.empty]
    for count in range(len(ordered) + 1):
        rest = [p.name for p in named if p not in ordered[:count]]
        first = [p.name for p in ordered[:count]]
        yield first, [n for n in rest if n in needed]
        yield first, rest
        for name in rest:
            yield first, [*(n for n in rest if n in needed and n != name), name]
    if any(p.kind is p.VAR_POSITIONAL for p in given):
        yield [*(p.name for p in ordered), "more", "and more"], []


def faults(theirs, ours):
    """Return in which call patterns `ours` takes something else, and which defaults differ."""
    found = []
    for first, named in call_patterns(theirs):
        wanted = theirs.bind(*first, **{name: name for name in named}).arguments
        shown = f"({', '.join([*first, *(f'{n}=' for n in named)])})"
        try:
            bound = ours.bind(*first, **{name: name for name in named}).arguments
        except TypeError as error:
            found.append(f"{shown}: {error}")
            continue
        if dict(bound) != dict(wanted):
            found.append(f"{shown}: {dict(bound)}")
    for name, parameter in theirs.parameters.items():
        if parameter.default is parameter.empty or name == "name":  # a name changes no value
            continue
        # None stands for the dtype of `floatx`, and for TensorFlow's automatic choice of a device.
        mine = signatures.plain(ours.parameters[name].default) if name in ours.parameters else None
        follows = mine is None and isinstance(parameter.default, dict)
        if mine != parameter.default and not follows:
            found.append(f"{name}={mine!r}, TensorFlow: {parameter.default!r}")
    return found


def ours_for(name):
    owner, _, member = name.rpartition(".")
    if owner in LISTED["members"]:
        return signatures.read_member(thalweg, owner, member)
    return signatures.read(signatures.find(thalweg, name))


@pytest.mark.parametrize("name", NAMES)
def test_name_takes_what_tensorflow_takes(name):
    ours, theirs = ours_for(name), STORED[name]
    if not isinstance(theirs, list):
        assert not isinstance(theirs, str) or ours == theirs
        return
    found = faults(signatures.rebuilt(theirs), signatures.rebuilt(ours))
    assert bool(found) == (name in UNLIKE), found


def test_the_list_is_whole():
    rooms = {name.rpartition(".")[0] or "root" for name in STORED}
    assert set(LISTED["rooms"]) <= rooms
    listed = {
        n if room == "root" else f"{room}.{n}" for room, ns in LISTED["rooms"].items() for n in ns
    }
    assert listed - set(STORED) == set()


def test_what_comes_later_is_not_there_yet():
    there = []
    for name in LATER:
        try:
            signatures.find(thalweg, name)
        except AttributeError:
            continue
        there.append(name)
    assert there == [], "take these out of `later` in names.json"


@pytest.mark.parametrize(
    "ours",
    [
        lambda x, keepdims=False, axis=None, name=None: 0,
        lambda y, axis=None, keepdims=False, name=None: 0,
        lambda x, axis=0, keepdims=False, name=None: 0,
        lambda x, axis=None, *, keepdims=False, name=None: 0,
        lambda x, axis=None, keepdims=False, *, name=None: 0,
        lambda x, axis, keepdims=False, name=None: 0,
        lambda x, axis=None, keepdims=False: 0,
    ],
)
def test_a_planted_difference_is_found(ours):
    theirs = inspect.signature(lambda x, axis=None, keepdims=False, name=None: 0)
    assert faults(theirs, inspect.signature(ours)) != []
    assert faults(theirs, theirs) == []
