"""Make the network in PyTorch, with Keras' initial weights and Keras' Adam."""

from __future__ import annotations

from itertools import pairwise

from sides import BETAS, CLASSES, EPSILON, FEATURES, HIDDEN, LEARNING_RATE
from torch import nn, optim


def make_network() -> nn.Sequential:
    """Return the network from rows to logits."""
    layers: list[nn.Module] = []
    for wide, narrow in pairwise((FEATURES, *HIDDEN, CLASSES)):
        linear = nn.Linear(wide, narrow)
        nn.init.xavier_uniform_(linear.weight)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def make_adam(network: nn.Module, *, fused: bool | None = None) -> optim.Adam:
    """Return the optimizer; PyTorch chooses how it computes unless it is told."""
    return optim.Adam(network.parameters(), lr=LEARNING_RATE, betas=BETAS, eps=EPSILON, fused=fused)
