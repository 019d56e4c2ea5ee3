"""How many threads share the work of machine code?"""

from __future__ import annotations

import operator

from thalweg.core.threads import MOST, said, threads
from thalweg.errors import DTypeError

__all__ = ["get_intra_op_parallelism_threads", "set_intra_op_parallelism_threads"]


def get_intra_op_parallelism_threads() -> int:
    """How many threads share long work: what was set, or what there are.

    Unset, it is what the environment variable `THALWEG_NUM_THREADS` says, or else the number of
    processors that this process may use, a container's limit included.

    >>> import thalweg as tw
    >>> tw.config.threading.get_intra_op_parallelism_threads() >= 1
    True
    """
    return threads()


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Say how many threads share long work; what is compiled from then on goes by it.

    Sums that threads share are added in another order, so their last digits depend on the number.

    Args:
        num_threads: from 1 on; 0 leaves it to the system again.

    Raises:
        DTypeError: no whole number from 0 to 256.

    >>> import thalweg as tw
    >>> tw.config.threading.set_intra_op_parallelism_threads(1)
    >>> tw.config.threading.get_intra_op_parallelism_threads()
    1
    >>> tw.config.threading.set_intra_op_parallelism_threads(0)
    """
    try:
        count = operator.index(num_threads)
    except TypeError:
        count = -1
    if isinstance(num_threads, bool) or not 0 <= count <= MOST:
        raise DTypeError(
            f"set_intra_op_parallelism_threads takes a whole number from 0 (leave it to the system) "
            f"to {MOST}, not {num_threads!r}"
        )
    said.count = count
