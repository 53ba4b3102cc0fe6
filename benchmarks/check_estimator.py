"""Hold the zoo's estimators, with their default parameters, to scikit-learn's ``check_estimator``.

    .venv/integrations/bin/python benchmarks/check_estimator.py

It needs the environment of ``make .venv/integrations/.installed``. Counts are printed, and written with the reason of
each expected failure to ``results/check_estimator.json``; a check that fails otherwise ends it with exit code 1.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from arguments import make_parser
from machine import facts

os.environ["SCIPY_ARRAY_API"] = "1"  # read when SciPy is imported; else one of the checks is left out

RESULTS = Path(__file__).parent / "results" / "check_estimator.json"


def main() -> None:
    """Check, print, and write the results."""
    from modelzoo.sklearn import ZooClassifier, ZooRegressor, ZooTransformer

    arguments = make_parser(__doc__, RESULTS).parse_args()
    rows = [check(estimator) for estimator in (ZooClassifier(), ZooRegressor(), ZooTransformer())]
    results = {"machine": facts("scikit-learn", "tensorflow", "keras", "modelzoo-keras"), "rows": rows}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")
    unexplained = [f"{row['estimator']}: {name}" for row in rows for name in row["unexplained"]]
    if unexplained:
        raise SystemExit("\n".join(["unexplained failures:", *unexplained]))


def check(estimator: Any) -> dict[str, Any]:
    """Return how many checks an estimator passes, which it fails, and how long they take."""
    from sklearn.utils.estimator_checks import check_estimator

    from modelzoo.sklearn import expected_failed_checks

    expected = expected_failed_checks(estimator)
    start = time.perf_counter()
    found = check_estimator(estimator, expected_failed_checks=expected, on_skip=None, on_fail=None)
    seconds = time.perf_counter() - start
    by_status = {status: [] for status in ("passed", "failed", "xfail", "skipped")}
    for one in found:
        by_status[one["status"]].append(one["check_name"])
    row = {
        "estimator": type(estimator).__name__,
        "passed": len(by_status["passed"]),
        "unexplained": by_status["failed"],
        "skipped": by_status["skipped"],
        "expected": {name: expected[name] for name in by_status["xfail"]},
        "seconds": round(seconds, 1),
    }
    print(
        f"{row['estimator']}: {row['passed']} passed, {len(row['unexplained'])} failed, "
        f"{len(row['expected'])} failed as expected, {len(row['skipped'])} skipped, {row['seconds']:g} s"
    )
    return row


if __name__ == "__main__":
    main()
