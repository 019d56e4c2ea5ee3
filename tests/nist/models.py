"""NIST's 27 models in plain NumPy, written from the datasets' "Model:" lines: the tests' oracle.

Each takes the parameters as an array-like `b` with `b[0]` unused, so that `b[1]` is NIST's b1, and
the predictors by name; it returns what the left side of the model is compared with.
"""

from __future__ import annotations

import math

import numpy as np

__all__ = ["MODELS"]


def gauss(b, x):
    first = b[3] * np.exp(-((x - b[4]) ** 2) / b[5] ** 2)
    second = b[6] * np.exp(-((x - b[7]) ** 2) / b[8] ** 2)
    return b[1] * np.exp(-b[2] * x) + first + second


def lanczos(b, x):
    return b[1] * np.exp(-b[2] * x) + b[3] * np.exp(-b[4] * x) + b[5] * np.exp(-b[6] * x)


def cubic(b, x):
    return np.polyval([b[4], b[3], b[2], b[1]], x) / np.polyval([b[7], b[6], b[5], 1], x)


def enso(b, x):
    turn = 2 * math.pi * x
    year = b[2] * np.cos(turn / 12) + b[3] * np.sin(turn / 12)
    long = b[5] * np.cos(turn / b[4]) + b[6] * np.sin(turn / b[4])
    short = b[8] * np.cos(turn / b[7]) + b[9] * np.sin(turn / b[7])
    return b[1] + year + long + short


MODELS = {
    "Bennett5": lambda b, x: b[1] * (b[2] + x) ** (-1 / b[3]),
    "BoxBOD": lambda b, x: -b[1] * np.expm1(-b[2] * x),
    "Chwirut1": lambda b, x: np.exp(-b[1] * x) / (b[2] + b[3] * x),
    "Chwirut2": lambda b, x: np.exp(-b[1] * x) / (b[2] + b[3] * x),
    "DanWood": lambda b, x: b[1] * x ** b[2],
    "ENSO": enso,
    "Eckerle4": lambda b, x: b[1] / b[2] * np.exp(-(((x - b[3]) / b[2]) ** 2) / 2),
    "Gauss1": gauss,
    "Gauss2": gauss,
    "Gauss3": gauss,
    "Hahn1": cubic,
    "Kirby2": lambda b, x: np.polyval([b[3], b[2], b[1]], x) / np.polyval([b[5], b[4], 1], x),
    "Lanczos1": lanczos,
    "Lanczos2": lanczos,
    "Lanczos3": lanczos,
    "MGH09": lambda b, x: b[1] * x * (x + b[2]) / (x * (x + b[3]) + b[4]),
    "MGH10": lambda b, x: b[1] * np.exp(b[2] / (x + b[3])),
    "MGH17": lambda b, x: b[1] + b[2] * np.exp(-x * b[4]) + b[3] * np.exp(-x * b[5]),
    "Misra1a": lambda b, x: -b[1] * np.expm1(-b[2] * x),
    "Misra1b": lambda b, x: b[1] * (1 - 1 / (1 + b[2] * x / 2) ** 2),
    "Misra1c": lambda b, x: b[1] * (1 - 1 / np.sqrt(1 + 2 * b[2] * x)),
    "Misra1d": lambda b, x: b[1] * b[2] * x / (1 + b[2] * x),
    "Nelson": lambda b, x1, x2: b[1] - b[2] * x1 * np.exp(-b[3] * x2),
    "Rat42": lambda b, x: b[1] / (1 + np.exp(b[2] - b[3] * x)),
    "Rat43": lambda b, x: b[1] / (1 + np.exp(b[2] - b[3] * x)) ** (1 / b[4]),
    "Roszman1": lambda b, x: b[1] - b[2] * x - np.arctan(b[3] / (x - b[4])) / math.pi,
    "Thurber": cubic,
}
