"""How is a function of LLVM's written down, instruction by instruction?

As text, by ourselves: LLVM reads and verifies text in any case, and a line of text costs a tenth of
what a tree of instruction objects does.
"""

from __future__ import annotations

__all__ = ["Listing", "Module"]

_BEGINS = "llvm.lifetime.start.p0"


class Module:
    """The functions of one unit of compilation; what two of them need stands there once."""

    __slots__ = ("_counts", "_declared", "_defined")

    def __init__(self) -> None:
        self._declared: dict[str, str] = {}
        self._defined: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def declare(self, name: str, line: str) -> None:
        """Note a declaration, such as that of one of LLVM's intrinsics."""
        self._declared.setdefault(name, line)

    def define(self, name: str, text: str) -> None:
        """Note a function's or a constant's whole text."""
        self._defined[name] = text

    def defines(self, name: str) -> bool:
        """Whether a function or constant of this name stands here already."""
        return name in self._defined

    def fresh(self, stem: str) -> str:
        """A name that no function has, that begins so."""
        self._counts[stem] = self._counts.get(stem, -1) + 1
        return f"{stem}{self._counts[stem]}"

    def text(self) -> str:
        """The module as LLVM reads it."""
        return "\n".join([*self._declared.values(), *self._defined.values(), ""])


class Listing:
    """The instructions of one function, in order; each value has a number for a name."""

    __slots__ = ("_count", "_lines", "_rooms", "block", "module")

    def __init__(self, module: Module) -> None:
        self.module = module
        self.block = "entry"
        self._lines: list[str] = []
        self._rooms: list[str] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._lines)

    def value(self, instruction: str) -> str:
        """Write an instruction that has a result, and return the result's name."""
        self._count += 1
        name = f"%v{self._count}"
        self._lines.append(f"  {name} = {instruction}")
        return name

    def line(self, instruction: str) -> None:
        """Write an instruction without a result."""
        self._lines.append(f"  {instruction}")

    def room(self, kind: str, align: int) -> str:
        """Room on the stack for the function's whole life; LLVM keeps small ones in registers."""
        self._count += 1
        name = f"%v{self._count}"
        self._rooms.append(f"  {name} = alloca {kind}, align {align}")
        return name

    def array(self, count: int, kind: str) -> str:
        """Room on the stack for so many elements side by side.

        LLVM 22 may put together vectors that are written to parts of an array before they are there, and
        the process ends. It does not where it is told from when on the array lives.
        """
        name = self.room(f"[{count} x {kind}]", 64)
        self.module.declare(_BEGINS, f"declare void @{_BEGINS}(i64, ptr)")
        self._rooms[-1] += f"\n  call void @{_BEGINS}(i64 -1, ptr {name})"
        return name

    def label(self) -> str:
        """Return a fresh name for a block."""
        self._count += 1
        return f"b{self._count}"

    def begin(self, block: str) -> None:
        """Begin a block; the one before must have ended in a jump."""
        self.block = block
        self._lines.append(f"{block}:")

    def call(self, name: str, result: str, *arguments: tuple[str, str]) -> str:
        """Call one of LLVM's intrinsics, which declares it."""
        kinds = ", ".join(kind for kind, _ in arguments)
        self.module.declare(name, f"declare {result} @{name}({kinds})")
        given = ", ".join(f"{kind} {value}" for kind, value in arguments)
        return self.value(f"call {result} @{name}({given})")

    def function(self, name: str, result: str, *arguments: str, attributes: str = "") -> str:
        """The function around these instructions, as text; its arguments are %x0, %x1 and so on."""
        given = ", ".join(f"{kind} %x{k}" for k, kind in enumerate(arguments))
        head = f"define {result} @{name}({given}) {attributes} {{"
        return "\n".join([head, "entry:", *reversed(self._rooms), *self._lines, "}"])
