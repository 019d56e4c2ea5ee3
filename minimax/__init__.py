"""Where the coefficients of the native vector mathematics come from: `python -m minimax`.

A tool of development, not part of the package. It needs mpmath (the extra `test`).
"""
