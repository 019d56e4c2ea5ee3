"""Tensor and Variable: what the user holds."""
