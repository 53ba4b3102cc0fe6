"""Wide & deep: memorise crosses, generalise with embeddings.

Source: Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016 (arXiv:1606.07792).
"""

from __future__ import annotations

from modelzoo_registry import SUPERVISED, ModelInputs, ModelPlugin, Tensor

from ..tower import TowerSpec, tower


class WideDeep(ModelPlugin):
    """Add a sparse linear part over crosses to a dense tower: the all-round choice for tables.

    The wide part sums one weight per category, bucket and cross, (batch, units); the deep part runs scaled
    numbers and embeddings, (batch, d), through dense layers. Both are trained together and meet before the
    output's activation.
    """

    class Spec(TowerSpec):
        """The deep part's shape."""

    tasks = SUPERVISED

    def build(self, spec: Spec, inputs: ModelInputs) -> Tensor:
        """Return the head over the tower, plus the wide logits."""
        return inputs.head(tower(inputs.deep(), spec.hidden, spec.activation), plus=inputs.wide())
