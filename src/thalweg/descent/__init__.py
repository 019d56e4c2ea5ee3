"""Minima, maxima, roots and fits, and why the search stopped."""
