"""From loops to machine code, through LLVM; the only room that imports llvmlite, and only when asked."""
