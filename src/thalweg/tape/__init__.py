"""Tapes and forward accumulators: what is recorded, and what is asked of the record."""
