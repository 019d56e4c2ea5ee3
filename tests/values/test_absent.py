"""What is not here is told in one sentence, with what to write instead, in the user's own words."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from typing import Any

import pytest

import thalweg as tw
from thalweg.values.absent import ADVICE


def look_up(dotted: str) -> Any:
    found: Any = tw
    for part in dotted.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", [name for name in ADVICE if name != "data"])
def test_each_is_absent_and_its_advice_exists(name: str) -> None:
    assert not hasattr(tw, name)
    with pytest.raises(AttributeError) as caught:
        getattr(tw, name)
    text = str(caught.value)
    assert text.startswith(f"module 'thalweg' has no attribute {name!r}: ")
    assert "\n" not in text
    assert "{" not in text
    for dotted in re.findall(r"\btw\.([A-Za-z_][\w.]*\w)", text):
        look_up(dotted)


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("log", "math"),
        ("cholesky", "linalg"),
        ("digamma", "math"),
        ("dropout", "nn"),
        ("check_numerics", "debugging"),
    ],
)
def test_what_stands_in_a_room_is_named(name: str, home: str) -> None:
    with pytest.raises(AttributeError, match=rf"write tw\.{home}\.{name}$"):
        getattr(tw, name)


@pytest.mark.parametrize("name", ["nonsense", "_private", "__wrapped__", "conv9d"])
def test_of_other_names_nothing_is_made_up(name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(tw, name)
    assert str(caught.value) == f"module 'thalweg' has no attribute {name!r}"
    assert caught.value.name == name
    assert caught.value.obj is tw


def test_the_package_is_called_as_the_user_calls_it() -> None:
    program = types.ModuleType("program")
    program.__dict__["tf"] = tw
    asking = types.FunctionType((lambda: tf.keras).__code__, program.__dict__)  # noqa: F821 # the program's name
    with pytest.raises(AttributeError, match=r"tf\.Module") as caught:
        asking()
    assert "tw." not in str(caught.value)


def test_data_before_anything_else_was_imported() -> None:
    """A room of thalweg's own has that name, once something has read a file."""
    code = "import thalweg as tw\ntry: tw.data\nexcept AttributeError as e: print(e)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "tw.random.shuffle" in done.stdout
