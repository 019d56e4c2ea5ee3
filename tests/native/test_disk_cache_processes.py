"""Machine code that one process kept is another's, and processes do not disturb each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from thalweg.native import disk_cache

FUNCTIONS = """
import numpy as np
import thalweg as tw
from thalweg.native import compiling

texts = []
real = compiling._optimised
compiling._optimised = lambda text, *rest: texts.append(text) or real(text, *rest)

rng = np.random.default_rng(0)
x = tw.constant(rng.normal(size=(5, 7)))
w = tw.Variable(rng.normal(size=(7, 3)))
b = tw.Variable(rng.normal(size=3))
number = tw.constant(2.0)

@tw.function
def loss(x):
    with tw.GradientTape() as tape:
        value = tw.reduce_mean(tw.square(tw.tanh(x @ w + b)) * tw.exp(-tw.square(x[:, :3])))
    return [value, *tape.gradient(value, [w, b])]

@tw.function
def rows(places, number):
    return tw.cast(places, tw.float32) * number, tw.less(places, 5)

@tw.function
def large(x):
    return tw.reduce_sum(tw.tanh(x @ x), axis=0)

places = tw.constant([3, 0, 49])
square = tw.constant(rng.normal(size=(400, 400)))
for _ in range(3):
    found = [*loss(x), *rows(places, number), large(square)]
assert not [one.why_not_compiled() for one in (loss, rows, large) if one.why_not_compiled()]
optimizer = tw.optimizers.Adam(0.01)
last = optimizer.minimize(lambda: loss.python_function(x)[0], [w, b], steps=5000)
assert not optimizer.why_not_compiled
"""

MANY = """
import sys
sys.path.insert(0, sys.argv[1])
from native.kept_code import answer_of
from thalweg.native import disk_cache
disk_cache.LIMIT, disk_cache.TRIMMED_EVERY = 6000, 2
for turn in range(3):
    for number in range(12):
        assert answer_of(number) == number
        if number == int(sys.argv[2]):
            disk_cache.clear()
"""

SMALL = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from native.kept_code import answer_of
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
assert answer_of(7) == 7
"""

TESTS = os.path.dirname(os.path.dirname(__file__))


def started(program, *words, **variables):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **variables},
    )  # fmt: skip


def output_of(process):
    text, _ = process.communicate()
    assert process.returncode == 0, text
    return text


@pytest.fixture
def variables(tmp_path):
    return {disk_cache.VARIABLE: str(tmp_path / "code")}


def test_another_process_finds_the_code_and_gets_the_same_numbers(tmp_path, variables):
    told = """
print(len(texts))
print([np.asarray(one).tobytes().hex() for one in [*found, last, w, b]])
"""
    one = output_of(started(FUNCTIONS + told, **variables, PYTHONHASHSEED="1")).splitlines()
    two = output_of(started(FUNCTIONS + told, **variables, PYTHONHASHSEED="2")).splitlines()
    assert int(one[0]) >= 4  # the large one for one thread, too, where there are several
    assert int(two[0]) == 0
    assert one[1] == two[1]
    assert len(list((tmp_path / "code").iterdir())) == int(one[0])


def test_the_text_holds_no_address(variables):
    told = "\nprint('\\n'.join(texts))"
    variables = {disk_cache.VARIABLE: "off"}
    one, two = (
        output_of(started(FUNCTIONS + told, **variables, PYTHONHASHSEED=seed)) for seed in "12"
    )
    assert "@call(" in one  # the entry that Python calls is among them
    assert one == two
    assert "inttoptr" not in one
    assert [
        digits for digits in re.findall(r"icmp \w+ i64 \S+ (\d+)", one) if len(digits) > 9
    ] == []


def test_processes_at_once_writing_removing_and_clearing(tmp_path, variables):
    processes = [started(MANY, TESTS, str(place), **variables) for place in (3, 8, 99)]
    for process in processes:
        assert output_of(process) == ""
    for path in (tmp_path / "code").iterdir():
        assert disk_cache._KEPT.fullmatch(path.name)  # nothing unfinished stays


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX's")
def test_a_file_that_may_not_grow(tmp_path, variables):
    assert output_of(started(SMALL, TESTS, **variables)) == ""
    assert list((tmp_path / "code").iterdir()) == []


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root can be somebody else"
)
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_a_user_who_may_only_read_or_not_even_that(tmp_path, variables, mode):
    assert (
        output_of(started(SMALL.replace("(200, 200)", "(99999, 99999)"), TESTS, **variables)) == ""
    )
    (path,) = (tmp_path / "code").iterdir()
    path.parent.chmod(mode)
    other = "import os\nfrom thalweg.native import disk_cache\nos.setgroups([])\nos.setuid(65534)\n"
    asked = f"assert disk_cache.read({path.name!r}) is None\ndisk_cache.write({path.name!r}, b'')\n"
    assert output_of(started(other + asked, **variables)) == ""
    assert list((tmp_path / "code").iterdir()) == [path]
