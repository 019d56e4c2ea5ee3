"""TensorFlow's messages, word for word at the start, because people search for them."""

from __future__ import annotations

USED = (
    "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians). "
    "(GradientTape.gradient can only be called once on non-persistent tapes.) "
    "Write tw.GradientTape(persistent=True) to ask more than once."
)
NEVER_ENTERED = (
    "this tape was never entered, so it has recorded nothing; compute inside "
    "`with tw.GradientTape() as tape:`"
)
STILL_RECORDING = (
    "Tape is still recording, This can happen if you try to re-enter an already-active tape."
)
STOP_NOT_RECORDING = "Trying to stop recording a tape which is not recording."
NOT_RECORDING = "Tape is not recording."
LOOP_NEEDS_PERSISTENT = (
    "GradientTape must be created with persistent=True to compute the jacobian with eager execution "
    "enabled and with experimental_use_pfor set to False."
)
BATCH_LOOP_NEEDS_PERSISTENT = (
    "GradientTape must be created with persistent=True to compute the batch jacobian with eager "
    "execution enabled and with experimental_use_pfor set to False."
)
PARALLEL_NEEDS_PERSISTENT = (
    "GradientTape must be created with persistent=True to compute the batch_jacobian with "
    "parallel_iterations."
)
