"""Every fault gets one line that says what to write, and the place."""

from __future__ import annotations

import pytest

from thalweg.errors import ExpressionError
from thalweg.expressions import FUNCTIONS, parse
from thalweg.expressions.limits import MAX_DEPTH, MAX_LENGTH, MAX_NODES

FAULTS = [
    # text, place, a piece of the reason
    ("", None, "the formula is empty"),
    (" \t\n", None, "the formula is empty"),
    ("x^2", 1, "write '**' for a power"),
    ("2x", 1, "write 2*x to multiply"),
    ("2 x", 2, "write 2*x to multiply"),
    ("x y", 2, "write x*y to multiply"),
    ("x 2", 2, "write x*2 to multiply"),
    ("2(x)", 1, "write 2*(...) to multiply"),
    ("(x)(y)", 3, "write (...)*(...) to multiply"),
    ("(x)y", 3, "write (...)*y to multiply"),
    ("x(2)", 1, "there is no function x; write x*(...) to multiply"),
    ("pi(2)", 2, "pi is a constant, not a function"),
    ("sine(x)", 4, "did you mean sin?"),
    ("Sqrt(x)", 4, "did you mean sqrt?"),
    ("arctg(x)", 5, "there is no function arctg; did you mean arctan?"),
    ("sin", 0, "sin is a function; write sin(x)"),
    ("sin x", 0, "sin is a function; write sin(x)"),
    ("arctan2 + 1", 0, "write arctan2(y, x)"),
    ("sin()", 0, "sin takes 1 argument, none came; write sin(x)"),
    ("1 + sin(x, y)", 4, "sin takes 1 argument, 2 came"),
    ("atan2(y)", 0, "atan2 takes 2 arguments, 1 came; write atan2(y, x)"),
    ("max(1,2,3)", 0, "maximum takes 2 arguments, 3 came"),
    ("max(1,)", 6, "')' stands where"),
    ("max(,1)", 4, "',' stands where"),
    ("exp[-b2*x]", 3, "'[' is not read; write round brackets: exp(...)"),
    ("log[y]", 3, "exp(...)".replace("exp", "log")),
    ("{x}", 0, "'{' is not read"),
    ("[x]", 0, "round brackets: (...)"),
    ("()", 1, "')' stands where a number, a name or '(' was expected"),
    ("(x", 0, "this '(' is never closed"),
    ("1 + (x*(y)", 4, "this '(' is never closed"),
    ("sin(x", 0, "this '(' is never closed"),
    ("x)", 1, "closes a '(' that is not there"),
    ("1,5", 1, "a decimal is written 0.5"),
    ("(1,5)", 2, "a decimal is written 0.5"),
    ("1e400", 0, "1e400 is too large for a float64"),
    ("1e-400", 0, "1e-400 is too small for a float64"),
    ("1 + " + "9" * 400, 4, "is too large for a float64"),
    ("1e", 1, "1e has no exponent"),
    ("1e+", 1, "1e has no exponent"),
    ("1.2.3", 3, "1.2.3 is not a number; it has two decimal points"),
    ("1..2", 2, "two decimal points"),
    ("..", 0, "'.' stands without a digit"),
    ("x..y", 1, "'.' after a name"),
    ("1_000", 1, "nor stand in a number"),
    ("0x10", 1, "write 0*x10"),
    ("x=y", 1, "'=' has no place in this formula"),
    ("=y", 0, "'=' stands where"),
    ("x==y", 1, "an equation is written with one '='"),
    ("x:=y", 1, "an equation is written with '=' alone"),
    ("x<y", 1, "comparisons are not read"),
    ("x>=y", 1, "comparisons are not read"),
    ("x!=y", 1, "comparisons are not read"),
    ("x!", 1, "there are no factorials"),
    ("x//2", 1, "write floor(x/y)"),
    ("x%2", 1, "a remainder is x - y*floor(x/y)"),
    ("|x|", 0, "write abs(x)"),
    ("x if y else z", 2, "no operator between x and if"),
    ("'x'", 0, "text in quotes is not read"),
    ('"x"', 0, "text in quotes is not read"),
    ("x;y", 1, "one formula at a time"),
    ("x # y", 2, "there are no comments"),
    ("\\exp(x)", 0, "functions are written without it"),
    ("x@y", 1, "'@' is not read"),
    ("x->y", 2, "comparisons are not read"),
    ("x&&y", 1, "'&' is not read"),
    ("~x", 0, "'~' is not read"),
    ("x\0", 1, "a NUL character"),
    ("x\x0by", 1, "the control character U+000B"),
    ("x +", 3, "the formula ends where"),
    ("x + * y", 4, "'*' stands where"),
    ("x***y", 3, "'*' stands where"),
    ("*x", 0, "'*' stands where"),
    ("nan", 0, "nan is not read; numbers are finite"),
    ("x + Inf", 4, "Inf is not read; numbers are finite"),
    ("ｘ + 1", 0, "U+FF58 FULLWIDTH LATIN SMALL LETTER X is not ASCII; write x"),
    ("１ + 1", 0, "U+FF11 FULLWIDTH DIGIT ONE is not ASCII; write 1"),
    ("٣ + 1", 0, "U+0663 ARABIC-INDIC DIGIT THREE is not ASCII"),
    ("x²", 1, "write **2"),
    ("2×x", 1, "write *"),
    ("x − 1", 2, "write -"),
    ("π*x", 0, "write pi"),
    ("√x", 0, "write sqrt(x)"),
    ("β*x", 0, "names are written in the letters a-z"),
    ("x\N{NO-BREAK SPACE}+ 1", 1, "write a plain space"),
    ("\N{ZERO WIDTH NO-BREAK SPACE}x", 0, "write nothing there"),
    ("x + 😀", 4, "U+1F600 GRINNING FACE is not ASCII"),
    ("x\ud800", 1, "U+D800 is not ASCII"),
    # Constants that float64 cannot hold.
    ("9**9**9", 0, "9**9**9 is too large for a float64"),
    ("x + 9**9**9*y", 4, "9**9**9 is too large for a float64"),
    ("1/0", 0, "1/0 divides by zero"),
    ("x/(1 - 1) + 0/(2-2)", 12, "0/(2-2) divides by zero"),
    ("(-8)**(1/3)", 0, "(-8)**(1/3) is not a real number"),
    ("0**-1", 0, "0**-1 is infinite"),
    ("log(0)", 0, "log(0) is infinite"),
    ("1 + sqrt(-1)*x", 4, "sqrt(-1) is not a real number"),
    ("exp(1000)", 0, "exp(1000) is too large for a float64"),
    ("1e308*10", 0, "1e308*10 is too large for a float64"),
    # Caps.
    ("-" * 100_000 + "x", None, "100001 characters; at most 10000 are read"),
    ("1+" * 500_000 + "1", None, "1000001 characters; at most 10000 are read"),
    ("-" * 9_999 + "x", MAX_DEPTH, "nested more than 200 deep"),
    ("(" * 9_999, MAX_DEPTH, "nested more than 200 deep"),
    ("sin(" * 2_000, 4 * MAX_DEPTH, "nested more than 200 deep"),
    ("**".join(["x"] * 3_000), 3 * MAX_DEPTH + 1, "nested more than 200 deep"),
    ("1+" * 4_999 + "1", MAX_NODES, "more than 2000 numbers, names and operators"),
]


@pytest.mark.parametrize(("text", "place", "reason"), FAULTS, ids=[t[0][:20] for t in FAULTS])
def test_the_fault_its_reason_and_its_place(text, place, reason):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert reason in error.reason
    assert error.position == place
    assert error.text == text
    assert "\n" not in error.reason
    assert error.reason.isascii()
    assert len(error.reason) < 160


@pytest.mark.parametrize("text", [None, 5, b"x", ["x"]])
def test_a_formula_is_text(text):
    with pytest.raises(ExpressionError, match="a formula is text in a str"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "__import__",
        "x.__class__",
        "().__class__.__base__",
        "x.real",
        "lambda: 1",
        "lambda x: x",
        "[x for x in y]",
        "eval(x)",
        "exec(x)",
        "open(x)",
        "print(x)",
        "getattr(x, y)",
        "globals()",
        "np.exp(x)",
        "math.pi",
        "errstate(x)",
        "negate(x)",
        "f'{x}'",
        "x[0]",
        "x if y else z",
        "x and y",
        "*x",
        "sin.__call__(x)",
        "sin(sin)",
        "1 .real",
    ],
)
def test_nothing_but_the_named_functions_can_be_reached(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_what_is_called_is_in_the_table_and_nowhere_else():
    reached = []
    table = {
        row.name: (lambda *values, name=row.name: reached.append(name) or values[0])
        for row in FUNCTIONS
    }
    for row in FUNCTIONS:
        for name in (row.name, *row.aliases):
            arguments = ", ".join("x" for _ in row.arguments)
            reached.clear()
            parse(f"{name}({arguments})").evaluate({"x": 0.5}, table)
            assert reached == [row.name]


def test_python_words_are_plain_names():
    assert parse("lambda*import + None").names == ("lambda", "import", "None")


@pytest.mark.parametrize(
    "text",
    [
        "-" * MAX_DEPTH + "x",
        "(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH,
        "x+" * (MAX_NODES // 2 - 1) + "x",
        "+" * (MAX_LENGTH - 1) + "x",
        "a" * MAX_LENGTH,
    ],
)
def test_what_is_within_the_caps_is_read(text):
    expression = parse(text)
    assert parse(str(expression)) == expression
    assert np_is_finite(expression.evaluate(dict.fromkeys(expression.names, 1.0)))


def np_is_finite(value):
    return value == value and abs(value) != float("inf")
