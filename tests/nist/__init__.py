"""NIST's certified nonlinear-regression problems, as the tests use them."""
