"""Minima, maxima and roots, and why the search stopped."""
