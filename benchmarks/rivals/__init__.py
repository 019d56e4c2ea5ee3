"""How does each library do a case at its best? One file each, with the same three names.

`WORDS` (in PyTorch `EAGER` and `COMPILED`) are the operations that cases are written in; `calls` and
`descents` give the ways that are timed, by name.
"""
