"""The 27 models of NIST's nonlinear-regression collection, in thalweg's syntax.

NIST writes some calls with square brackets, `exp[-b2*x]`; ours are round. Nothing else is changed:
each formula stands term for term as in the dataset's own "Model:" lines.
"""

from __future__ import annotations

__all__ = ["FORMULAS"]

_GAUSS = "y = b1*exp(-b2*x) + b3*exp(-(x-b4)**2/b5**2) + b6*exp(-(x-b7)**2/b8**2)"
_LANCZOS = "y = b1*exp(-b2*x) + b3*exp(-b4*x) + b5*exp(-b6*x)"
_CUBIC = "y = (b1 + b2*x + b3*x**2 + b4*x**3)/(1 + b5*x + b6*x**2 + b7*x**3)"

FORMULAS: dict[str, str] = {
    "Bennett5": "y = b1*(b2+x)**(-1/b3)",
    "BoxBOD": "y = b1*(1-exp(-b2*x))",
    "Chwirut1": "y = exp(-b1*x)/(b2+b3*x)",
    "Chwirut2": "y = exp(-b1*x)/(b2+b3*x)",
    "DanWood": "y = b1*x**b2",
    "ENSO": (
        "y = b1 + b2*cos(2*pi*x/12) + b3*sin(2*pi*x/12)"
        " + b5*cos(2*pi*x/b4) + b6*sin(2*pi*x/b4)"
        " + b8*cos(2*pi*x/b7) + b9*sin(2*pi*x/b7)"
    ),
    "Eckerle4": "y = (b1/b2)*exp(-0.5*((x-b3)/b2)**2)",
    "Gauss1": _GAUSS,
    "Gauss2": _GAUSS,
    "Gauss3": _GAUSS,
    "Hahn1": _CUBIC,
    "Kirby2": "y = (b1 + b2*x + b3*x**2)/(1 + b4*x + b5*x**2)",
    "Lanczos1": _LANCZOS,
    "Lanczos2": _LANCZOS,
    "Lanczos3": _LANCZOS,
    "MGH09": "y = b1*(x**2+x*b2)/(x**2+x*b3+b4)",
    "MGH10": "y = b1*exp(b2/(x+b3))",
    "MGH17": "y = b1 + b2*exp(-x*b4) + b3*exp(-x*b5)",
    "Misra1a": "y = b1*(1-exp(-b2*x))",
    "Misra1b": "y = b1*(1-(1+b2*x/2)**(-2))",
    "Misra1c": "y = b1*(1-(1+2*b2*x)**(-0.5))",
    "Misra1d": "y = b1*b2*x*((1+b2*x)**(-1))",
    "Nelson": "log(y) = b1 - b2*x1*exp(-b3*x2)",
    "Rat42": "y = b1/(1+exp(b2-b3*x))",
    "Rat43": "y = b1/((1+exp(b2-b3*x))**(1/b4))",
    "Roszman1": "y = b1 - b2*x - arctan(b3/(x-b4))/pi",
    "Thurber": _CUBIC,
}
