"""Draw taxi rides in the form of the files that the taxi examples read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = [
    "fare_amount",
    "pickup_datetime",
    "pickup_longitude",
    "pickup_latitude",
    "dropoff_longitude",
    "dropoff_latitude",
    "passenger_count",
    "key",
]


def write_rides(folder: Path) -> dict[str, Path]:
    """Write CSV files without a header line: a start fee, some dollars a kilometre, and noise; return their paths."""
    draw = np.random.default_rng(6)
    files = {}
    for name, count in {"train": 1_500, "valid": 300, "test": 300}.items():
        longitudes, latitudes = draw.normal(-73.98, 0.03, (2, count)), draw.normal(40.75, 0.03, (2, count))
        east, north = np.diff(longitudes, axis=0)[0] * 84.4, np.diff(latitudes, axis=0)[0] * 111.2
        values = [
            np.round(3 + 2.2 * np.hypot(east, north) + draw.normal(0, 0.5, count), 2),
            pd.Timestamp("2011-01-28 20:42:59") + pd.to_timedelta(np.arange(count), "min"),
            longitudes[0],
            latitudes[0],
            longitudes[1],
            latitudes[1],
            draw.integers(1, 7, count),
            range(count),
        ]
        files[name] = folder / f"{name}.csv"
        rides = pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))
        rides.to_csv(files[name], header=False, index=False, date_format="%Y-%m-%d %H:%M:%S UTC")
    return files
