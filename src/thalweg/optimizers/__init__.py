"""How Variables move, given gradients: pure rules, and Keras' classes around them."""

from __future__ import annotations

from thalweg.optimizers.adagrad import Adagrad
from thalweg.optimizers.adam import Adam
from thalweg.optimizers.optimizer import Optimizer
from thalweg.optimizers.rmsprop import RMSprop
from thalweg.optimizers.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "Optimizer", "RMSprop"]
