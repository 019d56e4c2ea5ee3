"""For which processor is code written: the host's, or one that is forced?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["MACHINES", "Machine", "llvm", "machine"]

# Forced feature sets that every x86-64 host of that family can run; "host" and "baseline" exist on
# every architecture.
_X86 = {
    "avx512": ("skylake-avx512", "+avx512f,+avx512vl,+avx512dq,+avx512bw,+avx2,+fma"),
    "avx2": ("haswell", "+avx2,+fma"),
    "baseline": ("x86-64", ""),
}
MACHINES = ("host", *_X86)


@dataclass(frozen=True)
class Machine:
    """What the code that we write may count on.

    Attributes:
        name: "host", "avx512", "avx2" or "baseline".
        triple: LLVM's words for architecture and system.
        cpu: LLVM's name of the processor.
        features: LLVM's list of features, as `+avx2,-sse4a`.
        vector_bits: the width of a vector register.
        fused: whether a multiplication and an addition can be one operation with one rounding.
        scales: whether there is an instruction that multiplies by a power of two (AVX-512).
        rounds: whether there are instructions that round to whole numbers.
    """

    name: str
    triple: str
    cpu: str
    features: str
    vector_bits: int
    fused: bool
    scales: bool
    rounds: bool

    def lanes(self, bits: int) -> int:
        """How many floats of so many bits a vector register holds."""
        return self.vector_bits // bits


@cache
def llvm() -> Any:
    """Return llvmlite's binding of LLVM, with the host's code generator ready."""
    import llvmlite.binding

    llvmlite.binding.initialize_native_target()
    llvmlite.binding.initialize_native_asmprinter()
    return llvmlite.binding


@cache
def machine(name: str = "host") -> Machine:
    """Return the machine of a name; the host's own features are asked once.

    Args:
        name: "host" (the default), or "avx512", "avx2", "baseline" to force what is used.

    Raises:
        ValueError: an unknown name, or one that this processor cannot run.

    >>> machine("baseline").fused
    False
    """
    binding = llvm()
    triple = binding.get_process_triple()
    host = dict(binding.get_host_cpu_features())
    if name not in MACHINES:
        raise ValueError(f"no machine is called {name!r}; there are {', '.join(MACHINES)}")
    if name == "host":
        return _described(
            name, triple, binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
        )
    if not triple.startswith(("x86_64", "amd64", "i686")):
        if name == "baseline":
            return _described(name, triple, "generic", "")
        raise ValueError(f"{name} is of x86, this processor is {triple.partition('-')[0]}")
    cpu, features = _X86[name]
    lacking = [one[1:] for one in features.split(",") if one and not host.get(one[1:], False)]
    if lacking:
        raise ValueError(f"{name} cannot run here: this processor lacks {', '.join(lacking)}")
    return _described(name, triple, cpu, features)


def _described(name: str, triple: str, cpu: str, features: str) -> Machine:
    present = set(features.split(","))
    wide = {"+avx512f", "+avx512vl"} <= present
    arm = triple.startswith(("aarch64", "arm64"))
    bits = 512 if wide else 256 if "+avx2" in present else 128
    fused = arm or "+fma" in present
    rounds = arm or bool({"+sse4.1", "+avx", "+avx2"} & present)
    return Machine(name, triple, cpu, features, bits, fused, wide, rounds)
