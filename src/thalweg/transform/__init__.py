"""Derivatives of functions: gradients, Jacobians, Hessians, products, and rules of the user's own."""
