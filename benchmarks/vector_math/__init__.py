"""How near the native vector mathematics comes to the exact answers: `python -m benchmarks.vector_math`."""
