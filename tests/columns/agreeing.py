"""Hold two ways to encode the same rows against each other."""

import numpy as np
import pyarrow as pa

from modelzoo.columns import Encoder
from modelzoo.columns.numeric import FittedNumeric

from .drawn import as_rows


def assert_agree(encoder: Encoder, host: dict, other: dict) -> None:
    """Hold ids equal, and numbers within one rounding of float32, or 1e-25: TensorFlow takes subnormals for zero."""
    assert {name: (array.shape, array.dtype) for name, array in host.items()} == {
        name: (array.shape, array.dtype) for name, array in other.items()
    }
    for name, array in host.items():
        if array.dtype == np.int32:
            assert array.tolist() == other[name].tolist()
        else:
            allowed = np.maximum(np.abs(array).astype(np.float64) * 2**-23, 1e-25)
            if name == "dense":
                allowed = allowed + what_logarithms_lose(encoder)
            assert (np.abs(other[name].astype(np.float64) - array) <= allowed).all()


def what_logarithms_lose(encoder: Encoder) -> np.ndarray:
    """Return for each number how far apart two float64 logarithms, some roundings off, are after scaling."""
    lost: list[float] = []
    for fitted in encoder.columns:
        if isinstance(fitted, FittedNumeric):
            is_log = fitted.scaling.scale == "log"
            lost += [710 * 2**-50 / fitted.scaling.spread if is_log else 0.0] + [0.0] * (fitted.width - 1)
        else:
            lost += [0.0] * getattr(fitted, "width", 0)
    return np.array(lost)


def assert_one_row_at_a_time_agrees(encoder: Encoder, rows: pa.Table) -> None:
    host = encoder.encode(rows)
    one_by_one = [encoder.encode_row(row) for row in as_rows(rows)]
    assert_agree(encoder, host, {name: np.concatenate([one[name] for one in one_by_one]) for name in host})
