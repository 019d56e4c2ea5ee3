"""The reference is what the rows say now, and a row that says too little stops its making."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.families import Family, families, module_of
from pages.hard_points import is_stated, shown
from pages.making import DOCS, differing, make, write
from pages.missing import composite_lacks, faults, op_lacks
from pages.reference import FOLDER, INDEX
from pages.rule_text import rule_text
from thalweg.core.composite import COMPOSITES, Composite
from thalweg.core.evidence import special
from thalweg.core.op import TABLE, Op

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made():
    pages, lacking = make()
    assert lacking == []
    return pages


def test_the_committed_pages_are_what_the_rows_say(made):
    assert differing(made) == [], "run `python -m pages`"


def test_every_row_and_composite_stands_on_one_page():
    found = [one for family in families() for one in family.members]
    assert len(found) == len({id(one) for one in found}) == len(TABLE) + len(COMPOSITES)


def test_every_public_name_is_in_the_index(made):
    index = made[f"{FOLDER}/{INDEX}"]
    names = [name for one in (*TABLE.values(), *COMPOSITES.values()) for name in one.public.split()]
    assert names
    assert [name for name in names if f"[`tw.{name}`]" not in index] == []


def test_every_link_leads_to_a_heading(made):
    headings = {}
    for name, text in made.items():
        seen: dict[str, int] = {}
        for title in re.findall(r"^### (.+)$", text, re.MULTILINE):
            again = seen[title] = seen.get(title, -1) + 1
            headings.setdefault(name.rpartition("/")[2], set()).add(
                f"{title}-{again}" if again else title
            )
    links = {
        link for text in made.values() for link in re.findall(r"\]\((\w+\.md)#([^)]+)\)", text)
    }
    assert len(links) > 200
    assert [link for link in links if link[1] not in headings[link[0]]] == []


@pytest.mark.parametrize("name", ["sin", "reduce_max", "solve"])
def test_a_row_says_all_five_things(made, name):
    page = next(text for text in made.values() if f"### {name}\n" in text)
    section = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
    for word in ("Formula: ", "Gradient by `", "Tangent", "Hard points: ", "Source: "):
        assert f"- {word}" in section


# Rules as text.


def test_two_lambdas_on_one_line_are_told_apart():
    multiply = TABLE["multiply"]
    assert [rule_text(multiply.vjp[name]).expression for name in "xy"] == ["g * y", "g * x"]


def test_helpers_and_what_a_factory_filled_in_are_shown():
    def factory(times):
        return lambda g, x: g * times + _helper(x)

    text = rule_text(factory(3.0))
    assert text.expression == "g * times + _helper(x)"
    assert text.given == ("times = 3.0",)
    assert rule_text(TABLE["softmax"].vjp["logits"]).helpers[0].name == "_pull"


def _helper(x):
    """What it says here is not shown."""
    # A comment is.
    y = x + 1
    return y * y


def test_a_rule_of_several_lines_keeps_them_without_its_text():
    assert rule_text(_helper).lines.splitlines() == [
        "def _helper(x):",
        "    # A comment is.",
        "    y = x + 1",
        "    return y * y",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-0.0, "-0"), (float("nan"), "nan"), ([0.5, 2.0], "[0.5, 2]"), ((1,), "(1,)"),
     (1e200, "1e+200"), (1 / 3, "0.333333333333"), (True, "True"), (float, "float")],
)  # fmt: skip
def test_numbers_as_a_reader_writes_them(value, text):
    assert shown(value) == text


# What is missing stops the making, and is told by name.

WHOLE = {
    "inputs": "x",
    "kernel": abs,
    "vjp": {"x": lambda g, x: g * x},
    "elementwise": True,
    "formula": "|x|",
    "source": "definition",
    "special": (special(0.0, value=0.0, grad=(0.0,)),),
}
HERE = Family("thalweg.ops.planted", "Planted.", "")


def planted(**changes):
    op = Op("planted", **{**WHOLE, **changes})
    del TABLE["planted"]
    return op


def test_a_whole_row_lacks_nothing():
    assert op_lacks(planted(), HERE) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"formula": " "}, "no formula"),
        ({"source": ""}, "no source"),
        ({"special": ()}, "nothing is stated at its hard points"),
        ({"special": (special(0.0, value=0.0),)}, "nothing is stated at its hard points"),
        ({"vjp": {"x": None}, "note": "At 0."}, "no gradient rule"),
        ({"elementwise": False}, "no forward rule for x"),
    ],
)
def test_what_a_row_lacks_is_told(changes, told):
    (line,) = op_lacks(planted(**changes), HERE)
    assert told in line


@pytest.mark.parametrize(
    "changes",
    [
        {"special": (), "linear": "x"},
        {"special": (), "multilinear": "x"},
        {"special": (), "note": "The gradient at 0 is 0."},
        {"special": (), "vjp": {}, "severs": "a truth value"},
    ],
)
def test_what_needs_no_points(changes):
    assert is_stated(planted(**changes))
    assert op_lacks(planted(**changes), HERE) == []


def test_a_file_s_source_holds_for_its_rows():
    assert op_lacks(planted(source=""), Family("thalweg.ops.planted", "Planted.", "DLMF 4")) == []


def test_what_a_composite_lacks_is_told():
    def planted_composite(x):
        return x

    composite = Composite(planted_composite, "x", "planted")
    del COMPOSITES["planted_composite"]
    assert [line.partition(":")[0] for line in composite_lacks(composite)] == [
        "no formula",
        "its body names no op, so nothing says what its gradient is",
    ]


def test_the_line_names_the_op_and_its_file():
    family = Family("thalweg.ops.planted", "Planted.", "", [planted(source="")])
    assert faults([family]) == [
        "planted (src/thalweg/ops/planted.py): no source: give the row's `source=`, or its file a `SOURCE`"
    ]


def test_a_row_in_no_file_is_told():
    with pytest.raises(LookupError, match="planted: no module"):
        module_of(planted())


# Writing and comparing.


def test_stale_missing_and_left_over_pages_are_found(tmp_path):
    pages = {f"{FOLDER}/{name}.md": f"{name}\n" for name in "abc"}
    assert write(pages, tmp_path) == sorted(pages)
    assert differing(pages, tmp_path) == []
    (tmp_path / FOLDER / "a.md").write_text("edited\n")
    (tmp_path / FOLDER / "b.md").unlink()
    (tmp_path / FOLDER / "d.md").write_text("left over\n")
    stale = [f"{FOLDER}/{name}.md" for name in "abd"]
    assert differing(pages, tmp_path) == stale
    assert write(pages, tmp_path) == stale
    assert differing(pages, tmp_path) == []
    assert not (tmp_path / FOLDER / "d.md").exists()


def test_the_documented_command():
    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "pages", *words],
            cwd=TOP, capture_output=True, text=True, check=False,
        )  # fmt: skip

    checked = run("--check")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert run("--chek").returncode == 2
    assert "`python -m pages`" in (DOCS / FOLDER / INDEX).read_text(encoding="utf-8")
