"""Threads that wait for work do each piece once, whenever they are woken."""

from __future__ import annotations

import ctypes
import threading
import time

import numpy as np
import pytest

from thalweg.native.compiling import load, object_code
from thalweg.native.machine import machine
from thalweg.native.team import Team
from thalweg.native.team_code import LOCKS

COUNTING = """define i32 @run(ptr %table, i64 %thread, i64 %rounds) nounwind {
entry:
  %own = getelementptr i64, ptr %table, i64 %thread
  %old = atomicrmw add ptr %own, i64 1 seq_cst, align 8
  ret i32 0
}
"""


@pytest.fixture(scope="module")
def counting():
    """Code that counts, for each thread, how often it entered: its address."""
    code = load(object_code(COUNTING, machine()), ["run"])
    yield code.address("run")
    del code


@pytest.fixture(params=[2, 3], scope="module")
def team(request):
    return Team(request.param), request.param


def asleep(team, mate):
    """The word that says whether a thread sleeps."""
    return ctypes.c_uint64.from_address(team._memory + LOCKS + 64 * mate)


def until(truth):
    end = time.monotonic() + 30
    while not truth():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.001)


def test_each_thread_does_each_piece_once(team, counting):
    workers, threads = team
    counts = np.zeros(8, np.int64)
    for k in range(2000):
        assert workers.enter(counting, counts.ctypes.data, 1) == 0
        if k % 100 == 0:
            time.sleep(0.003)  # now and then they have gone to sleep
    assert list(counts[:threads]) == [2000] * threads


def test_who_is_woken_without_need_does_nothing_twice(team, counting):
    workers, threads = team
    counts = np.zeros(8, np.int64)
    for done in range(1, 20):
        assert workers.enter(counting, counts.ctypes.data, 1) == 0
        for mate in range(1, threads):
            word = asleep(workers, mate)
            until(lambda word=word: word.value == 1)
            # What a caller does that comes late: all of them have done their part long ago.
            word.value = 0
            lock = ctypes.c_void_p.from_address(workers._memory + LOCKS + 64 * mate + 8).value
            ctypes.pythonapi.PyThread_release_lock(ctypes.c_void_p(lock))
            until(lambda word=word: word.value == 1)  # it looked, found nothing, and sleeps again
        assert list(counts[:threads]) == [done] * threads


def test_pieces_are_done_once_on_a_machine_that_is_busy(team, counting):
    workers, threads = team
    counts, stop = np.zeros(8, np.int64), threading.Event()

    def burn():
        while not stop.is_set():
            np.linalg.norm(np.ones((300, 300)) @ np.ones((300, 300)))

    busy = [threading.Thread(target=burn) for _ in range(4)]
    for one in busy:
        one.start()
    try:
        for _ in range(300):
            assert workers.enter(counting, counts.ctypes.data, 1) == 0
    finally:
        stop.set()
        for one in busy:
            one.join()
    assert list(counts[:threads]) == [300] * threads
