"""What a traced function computes, as data: nodes of a few primitives, printed, parsed, checked, run."""
