"""Module: what it collects and in which order. name_scope: what Variables are called."""

from __future__ import annotations

import collections
import threading

import pytest

import thalweg as tw


def names(variables):
    return [one.name for one in variables]


class Deep(tw.Module):
    """What TensorFlow's documentation promises, in one class; the order is TensorFlow 2.21's."""

    def __init__(self):
        super().__init__()
        with self.name_scope:
            self.v = tw.Variable(1.0, name="v")
        self.l = [  # its name is where it is sorted in
            tw.Variable(2.0, name="l0"),
            {"k": tw.Variable(3.0, trainable=False, name="k")},
        ]
        self.a = (tw.Module("sub"),)
        self.a[0].w = tw.Variable(5.0, name="w")
        self.z = tw.Variable(7.0)
        self.again = self.v
        self.other = {"set": {1, 2}, "shape": tw.TensorShape(None), "n": None}

    @tw.Module.with_name_scope
    def __call__(self):
        """Make one."""
        return tw.Variable(1.0, name="inner")


def test_what_is_collected_and_in_which_order():
    module = Deep()
    assert names(module.variables) == ["deep/v:0", "l0:0", "k:0", "Variable:0", "w:0"]
    assert names(module.trainable_variables) == ["deep/v:0", "l0:0", "Variable:0", "w:0"]
    assert names(module.non_trainable_variables) == ["k:0"]
    assert [one.name for one in module.submodules] == ["sub"]
    assert isinstance(module.variables, tuple)


def test_submodules_breadth_first_and_circles():
    a, b, c = tw.Module("a"), tw.Module("b"), tw.Module("c")
    a.b, b.c, c.a = b, c, a
    a.x, b.x, c.x = (tw.Variable(1.0, name=n) for n in "abc")
    assert [one.name for one in a.submodules] == ["b", "c"]
    assert names(a.variables) == ["a:0", "b:0", "c:0"]
    assert names(c.variables) == ["c:0", "a:0", "b:0"]


def test_named_tuples_and_paths():
    pair = collections.namedtuple("pair", "first, second")
    module = tw.Module()
    module.p = pair(tw.Variable(1.0, name="f"), [tw.Variable(2.0, name="s")])
    module.q = module.p.first
    found = module._flatten(predicate=lambda one: isinstance(one, tw.Variable), with_path=True)
    assert [(path, one.name) for path, one in found] == [
        (("p", "first"), "f:0"),
        (("p", "second", 0), "s:0"),
        (("q",), "f:0"),
    ]
    assert names(module.variables) == ["f:0", "s:0"]


def test_flatten_for_classes_that_collect_something_else():
    class Texts(tw.Module):
        @property
        def texts(self):
            return tuple(self._flatten(predicate=lambda one: isinstance(one, bytes)))

    module = Texts()
    module.b, module.a, module.c = [b"x", b"y"], {"k": b"z"}, Texts()
    module.c.d = b"deep"
    assert module.texts == (b"z", b"x", b"y", b"deep")
    assert list(module._flatten(False, lambda one: isinstance(one, bytes), lambda n: -ord(n[0]))) == [
        b"x", b"y", b"z",
    ]  # fmt: skip


def test_names():
    class HTTPServerV2(tw.Module):
        pass

    assert tw.Module().name == "module"
    assert HTTPServerV2().name == "http_server_v2"
    assert Deep().name_scope.name == "deep/"
    assert Deep()().name == "deep/inner:0"
    assert Deep.__call__.__doc__ == "Make one."
    with tw.name_scope("outer"):
        inner = tw.Module("inner")
    assert inner.name == "inner"
    assert inner.name_scope.name == "outer/inner/"
    for wrong in ("a b", "", "1a", "a-b"):
        with pytest.raises(ValueError, match="is not a valid module name"):
            tw.Module(wrong)


def test_a_module_that_forgets_its_parents_constructor_still_collects():
    class Hasty(tw.Module):
        def __init__(self):
            self.w = tw.Variable(1.0)

    assert len(Hasty().variables) == 1


def test_a_module_trains():
    class Dense(tw.Module):
        def __init__(self):
            super().__init__()
            self.w = tw.Variable([[1.0], [2.0]], name="w")
            self.b = tw.Variable([0.5], name="b")

        def __call__(self, x):
            return x @ self.w + self.b

    dense = Dense()
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(dense(tw.constant([[3.0, 4.0]])))
    by_b, by_w = tape.gradient(y, dense.trainable_variables)
    assert by_w.numpy().tolist() == [[3.0], [4.0]]
    assert by_b.numpy().tolist() == [1.0]


def test_scopes_nest_break_out_and_end():
    with tw.name_scope("a") as first:
        with tw.name_scope("b") as second:
            q, unnamed = tw.Variable(1.0, name="q"), tw.Variable(1.0)
            with tw.name_scope(first) as third:
                again = tw.Variable(1.0, name="q")
            with tw.name_scope("") as nothing:
                alone = tw.Variable(1.0, name="r")
        after = tw.Variable(1.0, name="s")
    assert (first, second, third, nothing) == ("a/", "a/b/", "a/", "")
    assert names([q, unnamed, again, alone, after]) == [
        "a/b/q:0", "a/b/Variable:0", "a/q:0", "r:0", "a/s:0",
    ]  # fmt: skip
    assert tw.Variable(1.0, name="t").name == "t:0"


def test_a_scope_ends_with_an_exception_and_is_a_threads_own():
    seen = []
    scope = tw.name_scope("a")

    def inside():
        with scope:
            worker = threading.Thread(target=lambda: seen.append(tw.Variable(1.0, name="x").name))
            worker.start()
            worker.join()
            raise KeyError

    with pytest.raises(KeyError):
        inside()
    assert seen == ["x:0"]
    assert tw.Variable(1.0, name="x").name == "x:0"


def test_one_scope_is_entered_twice():
    scope = tw.name_scope("a")
    with scope, scope as inner:
        assert inner == "a/a/"
    assert tw.Variable(1.0, name="x").name == "x:0"
    with pytest.raises(ValueError, match="must be a string"):
        tw.name_scope(3)
