"""How does LLVM's text become machine code, and how does machine code become callable?"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from thalweg.native.disk_cache import key_of, read, write
from thalweg.native.inlining import begin_alike, with_fewer_copies
from thalweg.native.machine import Machine, llvm

__all__ = ["Loaded", "assembly", "load", "object_code", "optimised"]

_numbers = itertools.count()

# The small code model reaches constants relative to the program counter; llvmlite's default for code
# made at run time spends an instruction on each address.
_CODE = {"reloc": "pic", "codemodel": "small"}

_PASSES = (
    "add_always_inliner_pass",
    "add_sroa_pass",  # what is small and on the stack goes into registers
    "add_instruction_combine_pass",
    "add_simplify_cfg_pass",
)
"""LLVM's passes in order, by llvmlite's names.

LLVM's own list for its second level takes four times as long and makes little faster here. Vectors are
written down as such, so there is nothing for a vectoriser to find, and it costs most of the time;
unrolling a loop whose body is full of vectors spills registers. What is computed twice is seen by the
code generator within a block, and across blocks by LLVM's own list for its first level, which runs over
the few functions where there is some. NewGVN finds it too, but in long straight functions it may stop
the whole process by an assertion.
"""

_LONG, _ENDLESS = 5000, 20_000
"""A module of more lines is written as machine code at the first level: the second one's scheduler takes
longer than in proportion to the length, and what runs once gains nothing by it. One of still more is at
level 0, where nothing takes longer than in proportion; over arrays it is 7 % slower, over numbers half
as fast."""

_COMMON = 1
"""The level of LLVM's list that finds what two parts of a function have in common."""


@cache
def _target(machine: Machine, level: int) -> Any:
    """LLVM's code generator for a machine; costly to make, so it is made once."""
    return (
        llvm()
        .Target.from_triple(machine.triple)
        .create_target_machine(cpu=machine.cpu, features=machine.features, opt=level, **_CODE)
    )


def optimised(text: str, machine: Machine, level: int = 2) -> Any:
    """Parse a module, verify it and run the passes."""
    return _optimised(with_fewer_copies(text), machine, level)


def _optimised(text: str, machine: Machine, level: int) -> Any:
    binding = llvm()
    module = binding.parse_assembly(text)
    module.triple = machine.triple
    target = _target(machine, level)
    module.data_layout = str(target.target_data)
    module.verify()
    tuning = binding.create_pipeline_tuning_options(speed_level=level)
    passes = binding.create_new_module_pass_manager()
    for name in _PASSES:
        getattr(passes, name)()
    passes.run(module, binding.create_pass_builder(target, tuning))
    common = begin_alike(text)
    if common:
        tuning = binding.create_pipeline_tuning_options(speed_level=_COMMON)
        tuning.loop_vectorization = tuning.slp_vectorization = False
        tuning.loop_unrolling = tuning.loop_interleaving = False
        builder = binding.create_pass_builder(target, tuning)
        passes = builder.getFunctionPassManager()
        for name in common:
            passes.run(module.get_function(name), builder)
    module.verify()  # what a pass made wrong would end the process
    return module


def object_code(text: str, machine: Machine, level: int = 2) -> bytes:
    """Compile a module to an object file's bytes, or find what became of the same text before.

    What is asked of the disk is asked by all that the bytes depend on.
    """
    text = with_fewer_copies(text)
    level = _level_for(text.count("\n"), level)
    key = key_of(text, *_made_by(machine, level), *begin_alike(text))
    found = read(key)
    if found is None:
        found = bytes(_target(machine, level).emit_object(_optimised(text, machine, level)))
        write(key, found)
    return found


def _level_for(lines: int, level: int) -> int:
    """The code generator's level: a lower one for long modules."""
    return 0 if lines > _ENDLESS else min(level, 1) if lines > _LONG else level


def _made_by(machine: Machine, level: int) -> tuple[str, ...]:
    """Everything but the text that makes a difference to machine code."""
    from llvmlite import __version__

    version = ".".join(map(str, llvm().llvm_version_info))
    settings = [*_PASSES, *_CODE.values(), str(level), str(_COMMON)]
    return (machine.triple, machine.cpu, machine.features, version, __version__, *settings)


def assembly(text: str, machine: Machine, level: int = 2) -> str:
    """Compile a module to assembly, for reading."""
    return str(_target(machine, level).emit_assembly(optimised(text, machine, level)))


@cache
def _linker() -> Any:
    # JITLink maps an object in one piece; the older linker may put its sections too far apart, and aborts.
    return llvm().create_lljit_compiler(use_jit_link=True)


class Loaded:
    """Machine code in memory; its addresses hold as long as this object lives."""

    __slots__ = ("_tracker",)

    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker

    @property
    def tracker(self) -> Any:
        """What LLVM's linker keeps the code by."""
        return self._tracker

    def address(self, name: str) -> int:
        """Return where a function begins."""
        return int(self._tracker[name])

    def bind(self, name: str, *arguments: Any) -> Any:
        """Return a function of Python's by ctypes, which lets other threads run meanwhile.

        Args:
            name: the function's.
            arguments: the ctypes of its arguments; it returns nothing.
        """
        return ctypes.CFUNCTYPE(None, *arguments)(self.address(name))


def load(code: bytes, names: Sequence[str], imports: Mapping[str, int] | None = None) -> Loaded:
    """Bring an object file's functions into memory.

    Args:
        code: the object file.
        names: of the functions that are wanted.
        imports: addresses of functions that it calls, by their names.
    """
    library = llvm().JITLibraryBuilder().add_object_img(code)
    for name, address in (imports or {}).items():
        library.import_symbol(name, address)
    for name in names:
        library.export_symbol(name)
    return Loaded(library.link(_linker(), f"thalweg.{next(_numbers)}"))
