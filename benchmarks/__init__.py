"""Benchmarks: `python -m benchmarks`, with the peers of the `bench` extra in the same environment."""
