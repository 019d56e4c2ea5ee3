"""Hypothesis strategies for the formula tests: text of every kind, and trees with their oracle."""

from __future__ import annotations

from hypothesis import strategies as st

ALPHABET = "0123456789.eExyzab_+-*/()=, \t\n^[]{}<>!'\"\\%$&|;:?@~`#\0é２ｘ²−π√😀\ud800"
WORDS = [
    "sin(",
    "exp(",
    "log(",
    "atan2(",
    "min(",
    "pow(",
    "x",
    "y",
    "b1",
    "pi",
    "e",
    "inf",
    "nan",
    "lambda",
    "__import__",
    "x.__class__",
    "import",
    "0",
    "1",
    "2",
    "0.5",
    "1e3",
    "1e308",
    "1e400",
    ".5",
    "2.",
    "-1",
    "-8",
    "(1/3)",
    "+",
    "-",
    "*",
    "/",
    "**",
    "^",
    "(",
    ")",
    ",",
    "=",
    "==",
    "<=",
    "9**9**9",
    "1/0",
    "0x10",
    "1_0",
]

any_text = st.text(max_size=60)
alphabet_text = st.text(ALPHABET, max_size=60)
word_text = st.lists(st.sampled_from(WORDS), max_size=25).map("".join)
spaced_word_text = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
hostile_text = st.one_of(any_text, alphabet_text, word_text, spaced_word_text)


def _grown(inner):
    space = st.sampled_from(["", " "])
    operator = st.sampled_from(["+", "-", "*", "/", "**"])
    binary = st.builds(lambda a, s, o, b: f"{a}{s}{o}{s}{b}", inner, space, operator, inner)
    sign = st.builds(lambda s, a: f"{s}{a}", st.sampled_from(["-", "+"]), inner)
    bracket = st.builds(lambda a: f"({a})", inner)
    one = st.builds(lambda f, a: f"{f}({a})", st.sampled_from(["sin", "exp", "atan", "abs"]), inner)
    two = st.builds(
        lambda f, a, b: f"{f}({a}, {b})", st.sampled_from(["atan2", "hypot"]), inner, inner
    )
    return st.one_of(binary, binary, sign, bracket, one, two)


# Text that is right by construction and means the same to Python. Literals carry a decimal
# point, so that Python computes in floats as the formulas do.
leaves = st.sampled_from(
    ["x", "y", "b1", "pi", "e", "1.0", "2.0", "3.", ".5", "0.25", "1e2", "1.5e-1"]
)
formula_text = st.recursive(leaves, _grown, max_leaves=12)
