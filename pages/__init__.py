"""The pages of `docs/` that are made from the op table: `python -m pages` writes them.

What is said on them stands in the rows, and is read from there each time; a row that leaves out what
its page needs stops the writing with a line that names it.
"""
