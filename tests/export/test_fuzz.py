"""A harmed export is refused with an error of ours, whether its sums were left or made to fit."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from modelzoo_registry import ZooError

from modelzoo.artifacts.checksums import SUMS
from modelzoo.export.folder import open_export

from . import harm

CASES = [pytest.param(0, 50, id="50"), pytest.param(50, 1000, id="1000", marks=pytest.mark.full)]
LONGEST = 600
"""Seconds after which whatever goes on is taken to hang."""


@pytest.fixture(scope="module")
def whole(exported):
    return exported["multiclass"][1].folder


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(("first", "last"), CASES)
def test_what_is_harmed_is_refused_or_means_the_same(whole, tmp_path, first, last):
    copy = shutil.copytree(whole, tmp_path / whole.name)
    before, meant = contents(copy), open_export(copy)
    for seed in range(first, last):
        how = harm.harm(copy, seed)
        try:
            opened = open_export(copy)
        except ZooError:
            pass
        else:  # what is no part of what the sums say
            changed = [path.name for path, content in before.items() if path.read_bytes() != content]
            assert changed in ([], [SUMS]), (seed, how)
            assert opened == meant, (seed, how)
        for path, content in before.items():
            path.write_bytes(content)


@pytest.mark.parametrize(("first", "last"), CASES)
def test_what_is_harmed_with_sums_that_fit_is_refused_or_predicts(exported, whole, tables, tmp_path, first, last):
    names = exported["multiclass"][2]
    rows = {names[name]: values[:8] for name, values in tables[0].items()}
    said = (tmp_path / "said").open("w+")
    with said:
        done = subprocess.run(
            [sys.executable, Path(harm.__file__), whole, tmp_path, json.dumps(rows), str(first), str(last)],
            stdout=said, stderr=subprocess.PIPE, text=True, check=False, timeout=LONGEST,
        )  # fmt: skip
        said.seek(0)
        told = [json.loads(line) for line in said]

    assert done.returncode == 0, (told[-1], done.returncode, done.stderr[-2000:])
    came = [one for one in told if "came" in one]
    assert len(came) == last - first
    assert [one for one in came if one["came"] not in ("refused", "predicted")] == []
    print({c: sum(one["came"] == c for one in came) for c in ("refused", "predicted")})
    assert {one["came"] for one in came} == {"refused", "predicted"}
