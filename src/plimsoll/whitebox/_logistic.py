"""States of two kinds -> the line between them, found in the first principal components."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.internals.library import torch

RIDGE = 1e-2
"""Keeps the weights finite where the kinds are apart altogether; on components of unit variance."""
STEPS = 25


@dataclass(frozen=True, kw_only=True)
class Line:
    """A score that is positive for the first kind."""

    middle: Any
    """Mean of all states."""
    basis: Any
    """Hidden x components, orthonormal columns."""
    scale: Any
    """Standard deviation along each component."""
    weights: Any
    bias: float

    def scores(self, states: Any) -> list[float]:
        """Log odds of the first kind, state by state."""
        inner = (states - self.middle) @ self.basis / self.scale
        return (inner @ self.weights + self.bias).tolist()

    @property
    def direction(self) -> Any:
        """The direction in which the score rises, in the space of states."""
        return self.basis @ (self.weights / self.scale)


@dataclass(frozen=True, kw_only=True)
class Components:
    """The first principal components of some states, and where the states lie in them."""

    middle: Any
    basis: Any
    scale: Any
    inner: Any
    """States x components, of unit variance."""

    def line(self, truth: Sequence[bool]) -> Line:
        """A logistic regression by Newton's steps."""
        library = torch()
        inner = self.inner
        rows = library.cat([inner, library.ones(len(inner), 1, dtype=inner.dtype)], 1)
        wanted = library.tensor([float(each) for each in truth], dtype=inner.dtype)
        ridge = RIDGE * library.eye(rows.shape[1], dtype=inner.dtype)
        ridge[-1, -1] = 0
        least = 1e-9 * library.eye(rows.shape[1], dtype=inner.dtype)
        weights = library.zeros(rows.shape[1], dtype=inner.dtype)
        for _ in range(STEPS):
            said = library.sigmoid(rows @ weights)
            slope = rows.T @ (said - wanted) + ridge @ weights
            bend = (rows.T * (said * (1 - said))) @ rows + ridge + least
            weights = weights - library.linalg.solve(bend, slope)
        return Line(
            middle=self.middle,
            basis=self.basis,
            scale=self.scale,
            weights=weights[:-1],
            bias=float(weights[-1]),
        )


def components_of(states: Any, most: int) -> Components:
    """The first principal components of all states."""
    middle = states.mean(0)
    basis = torch().linalg.svd(states - middle, full_matrices=False).Vh[:most].T
    inner = (states - middle) @ basis
    scale = inner.std(0).clamp(min=1e-12)
    return Components(middle=middle, basis=basis, scale=scale, inner=inner / scale)


def fitted(states: Any, truth: Sequence[bool], components: int) -> Line:
    """Principal components of all states, then a logistic regression by Newton's steps."""
    return components_of(states, components).line(truth)


def projected(vector: Any, line: Line) -> Any:
    """A vector's part in the components of a line."""
    return line.basis @ (line.basis.T @ vector)
