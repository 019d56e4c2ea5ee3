"""The one reverse sweep and the one forward step, over rows of the table."""
