"""The second judge: tests that name an op, run against what the test of all rows let pass.

A mistake in a text is put into the function itself, so that everybody who calls it meets it: the public
names, the functions made of ops, the tests. The tests are collected once, in one session of pytest.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import itertools
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from mutation.judging import NoEndError, limited
from mutation.planting import Mistake
from mutation.reached import rows_called, rows_whose_rules_call
from mutation.source_of_rules import essence
from thalweg.core.composite import COMPOSITES
from thalweg.core.op import TABLE

TESTS = Path(__file__).parents[1]
ROOMS = ("ops", "numerics", "tape")
LEFT_OUT = ("test_table.py", "test_complex_rules.py", "test_long_and_many.py")
"""What the first judge asks already, and what takes long by intent."""
FIRST: dict[tuple[str, int], Any] = {}
"""The states of the generators of random numbers, by file and place in it."""


def in_a_session(work: Callable[[list[Any]], None]) -> None:
    """Collect the tests that name ops and hand them over, inside pytest."""

    failed: list[BaseException] = []
    ran: list[int] = []

    class Loop:
        def pytest_runtestloop(self, session: Any) -> bool:
            items = [item for item in session.items if item.path.name not in LEFT_OUT]
            ran.append(len(items))
            try:
                work(items)
            except BaseException as error:  # noqa: BLE001 # pytest would swallow it; it is raised below
                failed.append(error)
            return True

    folders = [str(TESTS / room) for room in ROOMS]
    top = str(TESTS.parent)
    quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    ours = ["-o", "addopts=--import-mode=importlib", "-m", "not sweep", "--rootdir", top]
    pytest.main([*quiet, *ours, "-c", f"{top}/pyproject.toml", *folders], [Loop()])
    if failed:
        raise failed[0]
    if not ran or not ran[0]:
        raise RuntimeError("pytest collected no test that names an op")


def passes(item: Any) -> bool:
    """Whether one test passes now, on the numbers that it draws first of all its file."""
    _draw_again(item.module)
    try:
        with limited():
            reports = runtestprotocol(item, nextitem=None, log=False)
    except NoEndError:
        return False
    return all(report.passed or report.skipped for report in reports)


def _draw_again(module: Any) -> None:
    """A file's generators of random numbers go back to where they stood when it had been read.

    Otherwise a test that draws would be another one each time, and fail once in a while by itself.
    """
    generators = [one for one in vars(module).values() if isinstance(one, np.random.Generator)]
    for at, one in enumerate(generators):
        state = FIRST.setdefault((module.__name__, at), one.bit_generator.state)
        one.bit_generator.state = state


class Named:
    """The tests by what they name; those that fail with nothing planted are left out."""

    def __init__(self, items: list[Any]) -> None:
        self.items = [(item, _text(item)) for item in items]
        self.sound: dict[str, bool] = {}
        self.ran: dict[str, set[CodeType]] = {}
        self.seconds: dict[str, float] = {}
        self.found: Counter[str] = Counter()

    def fault(self, mistake: Mistake, seconds: float) -> str:
        """The test that finds a mistake, or nothing, among as many as run in some seconds."""
        if mistake.function is None or not _fits(mistake.function, mistake.code):
            return ""
        words = re.compile(rf"\b({'|'.join(map(re.escape, sorted(names(mistake))))})\b")
        code = mistake.function.__code__
        some = [item for item, text in self.items if words.search(text)]
        some = [item for item in some if self._sound(item) and code in self.ran[item.nodeid]]
        some.sort(key=lambda item: (-self.found[item.nodeid], self.seconds[item.nodeid]))
        until = itertools.accumulate(self.seconds[item.nodeid] for item in some)
        some = [item for item, sum_ in zip(some, until, strict=True) if sum_ <= seconds]
        found = next((item.nodeid for item in some if self._finds(item, mistake)), "")
        self.found[found] += 1
        return found

    def _finds(self, item: Any, mistake: Mistake) -> bool:
        """Whether a test fails with a mistake, passes again without it, and fails with it again.

        A test that fails whenever it runs a second time, or now and then, finds nothing.
        """
        if not self._sound(item) or not _fails_with(item, mistake):
            return False
        self.sound[item.nodeid] = passes(item)
        return self.sound[item.nodeid] and _fails_with(item, mistake)

    def _sound(self, item: Any) -> bool:
        name = item.nodeid
        if name not in self.sound:
            with _watched() as self.ran[name]:
                passes(item)
            before = time.process_time()
            self.sound[name] = passes(item)
            self.seconds[name] = time.process_time() - before
        return self.sound[name]


@contextlib.contextmanager
def _watched() -> Iterator[set[CodeType]]:
    """What is called meanwhile: a test that never comes to a function cannot see a mistake in it."""
    ran: set[CodeType] = set()

    def note(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            ran.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield ran
    finally:
        sys.setprofile(before)


def _fails_with(item: Any, mistake: Mistake) -> bool:
    before = mistake.function.__code__
    mistake.function.__code__ = mistake.code
    try:
        return not passes(item)
    finally:
        mistake.function.__code__ = before


def _text(item: Any) -> str:
    """A test's own text and the names of its parameters."""
    function = getattr(item, "function", None)
    return (inspect.getsource(function) if function else "") + item.nodeid


def names(mistake: Mistake) -> set[str]:
    """The public names through which a mistake is met."""
    rows = {name for name in mistake.rows if name in TABLE}
    rows |= {name for row in rows for name in rows_whose_rules_call(row)}
    found = set(rows)
    for name in rows:
        found |= {public.rpartition(".")[2] for public in TABLE[name].public.split()}
    for one in COMPOSITES.values():
        if rows & rows_called(one.function):
            found |= {public.rpartition(".")[2] for public in one.public.split()}
    return found


def _fits(function: Any, code: Any) -> bool:
    """Whether a code object can take the place of a function's own."""
    now = function.__code__
    same = code.co_freevars == now.co_freevars and code.co_varnames[: code.co_argcount] == now.co_varnames[: now.co_argcount]  # fmt: skip
    known = function.__globals__.keys() | vars(builtins).keys()
    new = set(code.co_names) - set(now.co_names)
    return same and essence(code) != essence(now) and new <= known
