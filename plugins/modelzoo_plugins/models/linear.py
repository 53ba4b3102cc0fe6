"""A linear model: the baseline every other one has to beat.

Source: Nelder & Wedderburn, "Generalized Linear Models", 1972 (Journal of the Royal Statistical Society A 135).
"""

from __future__ import annotations

from modelzoo_registry import SUPERVISED, ModelInputs, ModelPlugin, ModelSpec, Tensor


class Linear(ModelPlugin):
    """Fit one weight per input: fast, readable, hard to over-fit.

    Numeric columns and arrays enter scaled, (batch, n); categories, buckets and crosses through the sparse
    wide part, (batch, units). Linear or logistic regression, by task.
    """

    class Spec(ModelSpec):
        """A linear model has nothing to set."""

    tasks = SUPERVISED

    def build(self, spec: Spec, inputs: ModelInputs) -> Tensor:
        """Return the sum of the dense and the sparse linear part."""
        return inputs.head(inputs.numeric, *inputs.arrays, plus=inputs.wide(), from_zero=True)
