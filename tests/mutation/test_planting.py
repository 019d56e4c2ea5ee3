"""Planting works: what is planted is what the words say, it is found or told, and nothing stays behind."""

from __future__ import annotations

from types import FunctionType

import numpy as np
import pytest

import thalweg  # noqa: F401 # reading it fills the table
from mutation.explained import Reason, reasons
from mutation.judging import in_the_table, verdict
from mutation.kept import Kept
from mutation.planting import as_it_stands, mistakes_of, rules_of, with_columns, with_rule
from mutation.reached import for_rules_alone, reached, rebuilt
from mutation.reporting import page
from mutation.running import FOUND, NONE, SURVIVED, Outcome, Run, run
from mutation.same_answers import same_on
from mutation.source_of_rules import compiled, node_of
from mutation.textual_changes import Names, changes
from thalweg.core.op import TABLE, elementwise
from thalweg.ops import arithmetic, reductions
from thalweg.ops.arithmetic import sign

PAIR = {"sum": lambda a, b: a + b, "difference": lambda a, b: a - b}  # fmt: skip


def powers(a, b, double=False):
    """Of two numbers."""
    total = a**2
    if double and b > 0:
        total = total * 2
    return total - b


@pytest.fixture(autouse=True)
def table_as_before():
    before = dict(TABLE)
    yield
    assert [(name, TABLE.get(name)) for name in before] == list(before.items())
    TABLE.clear()
    TABLE.update(before)


def planted(function, **names):
    """From the words of every change to the changed function."""
    found = changes(node_of(function), Names(**names))
    return {change.words: compiled(change.node, function) for change in found}


def test_functions_on_one_line_are_told_apart():
    assert compiled(node_of(PAIR["sum"]), PAIR["sum"])(5, 3) == 8
    assert compiled(node_of(PAIR["difference"]), PAIR["difference"])(5, 3) == 2


def test_every_rule_is_found_in_its_file_and_runs_as_before():
    rules = [function for op in TABLE.values() for _, _, function in rules_of(op)]
    ours = [one for one in rules if isinstance(one, FunctionType)]
    assert len(ours) > 200
    for function in ours:
        again, code = compiled(node_of(function), function).__code__, function.__code__
        assert (again.co_names, again.co_varnames) == (code.co_names, code.co_varnames)
        assert again.co_freevars == code.co_freevars


def test_changes_do_what_their_words_say():
    made = planted(powers, values=("a", "b"))
    assert made["`total - b` → `total`"](3, 4) == 9
    assert made["`total - b` → `b - total`"](3, 4) == -5
    assert made["`total - b` → `total + b`"](3, 4) == 13
    assert made["`a ** 2` → `2 ** a`"](3, 4) == 4
    assert made["`2` → `3`"](3, 4) == 23
    assert made["`double and b > 0` → `double or b > 0`"](3, 4) == 14
    assert made["`b > 0` → `b >= 0`"](3, 0, True) == 18
    assert made["`a` → `b`"](3, 4) == 12
    assert made["`total = total * 2` → `nothing`"](3, 4, True) == 5
    assert all(made[words](3, 4) is not None for words in made)


def test_free_names_and_defaults_are_kept():
    factor = 3

    def scaled(x, shift=10):
        return x * factor + shift

    made = planted(scaled)
    assert made["`x * factor` → `x / factor`"](6) == 12
    assert compiled(node_of(scaled), scaled)(2, shift=1) == 7


def test_a_mistake_in_a_helper_reaches_the_rule_and_nobody_else():
    rule = TABLE["reduce_mean"].vjp["input_tensor"]
    old = reductions.count_along
    assert old in reached(rule)
    new = rebuilt(rule, old, lambda shape, axis: 1, with_columns)
    g = np.ones(2)
    assert new(g, (3, 2), (0,), False).tolist() == [[1.0, 1.0]]
    assert rule(g, (3, 2), (0,), False)[0, 0] == pytest.approx(1 / 3)


def test_kernels_that_only_rules_call_are_reached():
    assert "max_share" in for_rules_alone()
    assert "maximum" not in for_rules_alone()
    rule = TABLE["maximum"].vjp["x"]
    assert arithmetic.max_share.kernel in reached(rule)


def test_every_rule_has_mistakes_and_a_row_is_as_good_made_again():
    found = list(mistakes_of(TABLE["multiply"]))
    for name in ("x", "y"):
        kinds = {m.kind for m in found if m.where == f"multiply, reverse rule of {name}"}
        assert {"missing factor", "sign", "detached", "cotangent written to", "lost broadcast",
                "NaN hidden", "precision", "wrong value", "wrong saved value"} <= kinds  # fmt: skip
    assert {"swapped rules", "strong zero lost", "conjugate lost"} <= {m.kind for m in found}
    assert verdict(as_it_stands(TABLE["multiply"])) == ""


def test_every_mistake_in_a_row_is_found():
    done = run(["multiply", "sin"])
    assert [one.mistake.words for one in done.outcomes if one.what != FOUND] == []
    assert done.score == 1.0
    assert not done.failing


def test_what_changes_nothing_is_recognised():
    done = run(["sign"])
    idle = {one.mistake.words for one in done.outcomes if one.what == NONE}
    assert {"twice the answer", "the answer with its sign turned"} <= idle


def test_a_row_without_evidence_lets_mistakes_pass():
    """Drawn from (0.2, 3) and with no word about 0, a row does not show what its rule does there."""
    op = elementwise(
        "planted", "x", lambda x: np.maximum(x, 0), vjp={"x": lambda g, ans: g * sign(ans)},
        domain=((0.2, 3.0),), real_only=True,
    )  # fmt: skip
    half = with_rule(op, "vjp", "x", lambda g, ans: g * sign(sign(ans) + 0.5))
    assert verdict(half) == ""
    TABLE.pop("planted")


def test_a_mistake_that_changes_an_answer_is_told_from_one_that_does_not():
    """Half the slope at 0 shows at hard points; the condition for complex numbers does not."""
    some = list(mistakes_of(TABLE["relu"]))
    tried, difference = same_on(some[0], ("relu",))
    assert tried
    assert difference.startswith("relu: ")
    idle = next(
        one for one in mistakes_of(TABLE["squared_difference"]) if "→ `real(g)`" in one.words
    )
    tried, difference = same_on(idle, ("squared_difference",))
    assert tried > 50
    assert difference == ""


def test_outcomes_are_kept_and_survivors_are_judged_again(tmp_path):
    found, survived = list(mistakes_of(TABLE["sin"]))[:2]
    Kept(tmp_path / "kept").add(found, FOUND, "by this test")
    again = Kept(tmp_path / "kept")
    assert again.of(found) == (FOUND, "by this test")
    assert again.of(survived) is None
    assert Kept(None).of(found) is None


def test_reasons_cover_what_their_gaps_allow():
    why = Reason("sin, … rule of x", "`…g * cos(x)…` → …", "it is an example")
    assert why.covers("sin, reverse rule of x", "`g * cos(x)` → `g`")
    assert not why.covers("sin, reverse rule of x", "`g + cos(x)` → `g`")
    assert not why.covers("cos, reverse rule of x", "`g * cos(x)` → `g`")


def test_a_row_that_fails_unplanted_is_told_and_not_tried():
    wrong = with_columns(TABLE["cos"], vjp={"x": lambda g, x: g * x})
    with in_the_table(wrong):
        done = run(["cos"])
    assert list(done.failing) == ["cos"]
    assert done.outcomes == []


def test_the_page_counts_and_names():
    some = list(mistakes_of(TABLE["sin"]))
    done = Run([Outcome(some[0], FOUND, "x"), Outcome(some[1], SURVIVED, "")], {}, [], 1.0)
    text = page(done)
    assert "**1 of 2 found: 50.00%.**" in text
    assert some[1].place in text


def test_reasons_are_sentences_and_given_once():
    assert all(one.because[-1] != "." and len(one.because.split()) > 3 for one in reasons())
