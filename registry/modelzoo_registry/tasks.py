"""Name the tasks a model can be trained for."""

from __future__ import annotations

from typing import Literal, get_args

Task = Literal["regression", "binary", "multiclass", "reconstruction"]
"""What the prediction means.

- ``regression``: one number, in the target's own unit
- ``binary``: the probability of the second of two classes
- ``multiclass``: one probability for each class
- ``reconstruction``: the inputs themselves, in the form of ``ModelInputs.fixed``
"""

TASKS: frozenset[str] = frozenset(get_args(Task))
SUPERVISED: frozenset[Task] = frozenset({"regression", "binary", "multiclass"})
"""The tasks that have a target column."""
