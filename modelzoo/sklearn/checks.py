"""Say which of scikit-learn's checks an estimator is expected to fail, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .estimator import ZooEstimator

_REPEATED = (
    "sample_weight is not equivalent to removing/repeating samples. So says scikit-learn of its own estimators that "
    "draw rows at random, which a statistical test is to hold one day (its issue 16298). Here rows of weight 0 are "
    "left out, and others weigh in the loss of the batch they are drawn into; repeated, they would change what is in "
    "a batch, the columns' scales and the number of updates"
)


def expected_failed_checks(estimator: ZooEstimator) -> dict[str, str]:  # noqa: ARG001  (one answer for all three)
    """Return the names of the checks that an estimator is expected to fail, each with the reason.

    It is what ``check_estimator`` and ``parametrize_with_checks`` take as ``expected_failed_checks``.
    """
    return {"check_sample_weight_equivalence_on_dense_data": _REPEATED}
