"""Tokens to a tree: operator precedence with a stack of our own instead of Python's.

Precedences are Python's: + and - below * and /, below the minus sign, below **, which groups from
the right. So -x**2 is -(x**2), and 2**-x*3 is (2**(-x))*3. The method is Dijkstra's shunting yard
(Mathematisch Centrum report MR 35, 1961): operators wait on a stack until one that binds less
arrives. Nothing recurses, and the stack is capped.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from thalweg.errors import ExpressionError
from thalweg.expressions import misplaced_tokens
from thalweg.expressions.functions import CONSTANTS, Function, find_function
from thalweg.expressions.limits import MAX_DEPTH, MAX_LENGTH, MAX_NODES
from thalweg.expressions.steps import NEGATE, Step
from thalweg.expressions.tokens import Token

__all__ = ["Parser", "Tree", "check_length"]

_PRECEDENCE: Final = {"+": 1, "-": 1, "*": 2, "/": 2, NEGATE: 3, "**": 4}
_BRACKET: Final = 0


class Tree(NamedTuple):
    """A formula that was read.

    Args:
        steps: the nodes in postfix order.
        spans: for each node the offsets, in the text, where its sub-expression starts and ends.
    """

    steps: tuple[Step, ...]
    spans: tuple[tuple[int, int], ...]


class _Pending(NamedTuple):
    """What waits on the stack: an operator, a bracket, or a call whose bracket is open."""

    word: str
    precedence: int
    start: int
    below: int = 0
    row: Function | None = None


def check_length(text: object) -> str:
    """Returns `text` where it is text of a length that is read; raises ExpressionError."""
    if not isinstance(text, str):
        raise ExpressionError(f"a formula is text in a str; {type(text).__name__} came")
    if len(text) > MAX_LENGTH:
        reason = f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read"
        raise ExpressionError(reason, text)
    return text


class Parser:
    """Reads one expression after the other from the tokens of one text.

    Args:
        text: the whole text, for messages.
        tokens: its tokens.
    """

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0

    def take(self, kind: Literal["equals", "end"], wanted: str) -> Token:
        """Steps over a token of that kind; raises ExpressionError where another one stands there."""
        token = self.tokens[self.at]
        if token.kind != kind:
            raise self._error(wanted, token.start)
        self.at += 1
        return token

    def read(self) -> Tree:
        """Reads up to the "=" or the end, which is left to be taken."""
        self._steps: list[Step] = []
        self._spans: list[tuple[int, int]] = []
        self._operands: list[tuple[int, int]] = []
        self._pending: list[_Pending] = []
        wants_value = True
        while True:
            token = self.tokens[self.at]
            if token.kind == "fault":
                raise self._error(token.text, token.start)
            if wants_value:
                wants_value = self._value(token)
            elif token.kind in ("equals", "end"):
                break
            else:
                wants_value = self._after_value(token)
            self.at += 1
        self._reduce(_BRACKET + 1)
        if self._pending:
            raise self._error("this '(' is never closed; write ')'", self._pending[-1].start)
        return Tree(tuple(self._steps), tuple(self._spans))

    def _error(self, reason: str, position: int) -> ExpressionError:
        return ExpressionError(reason, self.text, position)

    def _value(self, token: Token) -> bool:
        """Reads a token where a value should begin; returns whether one is still wanted."""
        if token.kind == "number":
            self._emit(Step("number", number=token.number), token.start, token.end)
            return False
        if token.kind == "name":
            return self._name(token)
        if token.kind == "open":
            self._wait(_Pending("(", _BRACKET, token.start, len(self._operands)))
            return True
        if token.text == "-":
            self._wait(_Pending(NEGATE, _PRECEDENCE[NEGATE], token.start))
            return True
        if token.text == "+":
            return True  # A plus sign before a value changes nothing and leaves no node.
        if token.kind == "close" and self._pending and self.tokens[self.at - 1].kind == "open":
            row = self._pending[-1].row
            if row is not None:
                reason = misplaced_tokens.wrong_argument_count(row, 0)
                raise self._error(reason, self._pending[-1].start)
        raise self._error(misplaced_tokens.no_value(token), token.start)

    def _name(self, token: Token) -> bool:
        """Reads a constant, a variable, or a function and its bracket."""
        row = find_function(token.text)
        following = self.tokens[self.at + 1]
        if row is not None and following.kind == "fault":
            raise self._error(following.text, following.start)  # exp[x]: the bracket is the fault.
        if row is not None and following.kind == "open":
            self.at += 1
            self._wait(_Pending(row.name, _BRACKET, token.start, len(self._operands), row))
            return True
        if token.text in CONSTANTS:
            self._emit(Step("constant", token.text), token.start, token.end)
            return False
        reason = misplaced_tokens.reserved_name(token.text)
        if reason is not None:
            raise self._error(reason, token.start)
        self._emit(Step("name", token.text), token.start, token.end)
        return False

    def _after_value(self, token: Token) -> bool:
        """Reads a token behind a value; returns whether another value is wanted now."""
        if token.kind == "operator":
            precedence = _PRECEDENCE[token.text]
            # ** groups from the right: an earlier ** waits for the later one.
            self._reduce(precedence + 1 if token.text == "**" else precedence)
            self._wait(_Pending(token.text, precedence, token.start))
            return True
        if token.kind == "comma":
            self._comma(token)
            return True
        if token.kind == "close":
            self._close(token)
            return False
        previous = self.tokens[self.at - 1]
        raise self._error(misplaced_tokens.no_operator_between(previous, token), token.start)

    def _comma(self, token: Token) -> None:
        self._reduce(_BRACKET + 1)
        if not self._pending or self._pending[-1].row is None:
            reason = "',' separates the arguments of a function; a decimal is written 0.5"
            raise self._error(reason, token.start)

    def _close(self, token: Token) -> None:
        """Closes the innermost bracket; a call is complete then."""
        self._reduce(_BRACKET + 1)
        if not self._pending:
            raise self._error("')' closes a '(' that is not there", token.start)
        bracket = self._pending.pop()
        if bracket.row is None:
            self._operands[-1] = (bracket.start, token.end)
            return
        count = len(self._operands) - bracket.below
        if count != len(bracket.row.arguments):
            reason = misplaced_tokens.wrong_argument_count(bracket.row, count)
            raise self._error(reason, bracket.start)
        self._emit(Step("call", bracket.word, arity=count), bracket.start, token.end)

    def _reduce(self, precedence: int) -> None:
        """Completes the waiting operators that bind at least as much as `precedence`."""
        while self._pending and self._pending[-1].precedence >= precedence:
            operator = self._pending.pop()
            arity = 1 if operator.word == NEGATE else 2
            start = operator.start if arity == 1 else self._operands[-2][0]
            step = Step("operator", operator.word, arity=arity)
            self._emit(step, start, self._operands[-1][1])

    def _wait(self, pending: _Pending) -> None:
        if len(self._pending) >= MAX_DEPTH:
            reason = f"the formula is nested more than {MAX_DEPTH} deep; write it in parts"
            raise self._error(reason, pending.start)
        self._pending.append(pending)

    def _emit(self, step: Step, start: int, end: int) -> None:
        if len(self._steps) >= MAX_NODES:
            reason = f"the formula has more than {MAX_NODES} numbers, names and operators"
            raise self._error(reason, end - 1)
        self._steps.append(step)
        self._spans.append((start, end))
        if step.arity:
            del self._operands[-step.arity :]
        self._operands.append((start, end))
