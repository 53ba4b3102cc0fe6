"""A harmed export is refused with an error of ours, whether its sums were left or made to fit."""

import json
import shutil
import subprocess
import sys

import pytest
from modelzoo_registry import ZooError

from modelzoo.artifacts.checksums import SUMS, write_sums
from modelzoo.export.folder import open_export

from . import harm

pytestmark = pytest.mark.xdist_group("export")

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


def attacked(folder, rows, scratch, first, last):
    """Return what came of each case, of a process that outlived all of them."""
    command = [sys.executable, harm.__file__, folder, scratch, json.dumps(rows), str(first), str(last)]
    with (scratch / "said").open("w+") as said:
        done = run_for(command, said)
        said.seek(0)
        told = [json.loads(line) for line in said]
    assert done == 0, (told[-1], done)  # the last one told is the one that did it
    return {one["seed"]: (one["came"], one["how"]) for one in told if "came" in one}


def run_for(command, said):
    """Return the code a process ends with, and what it says of why; or that it hangs."""
    try:
        done = subprocess.run(command, stdout=said, stderr=subprocess.PIPE, text=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return "hangs"
    return done.returncode and (done.returncode, done.stderr[-2000:])


@pytest.fixture
def rows(exported, tables):
    names = exported["multiclass"][2]
    return {names[name]: values[:8] for name, values in tables[0].items()}


@pytest.mark.parametrize(("first", "last"), CASES)
def test_what_is_harmed_with_sums_that_fit_is_refused_or_predicts(whole, rows, tmp_path, first, last):
    came = attacked(whole, rows, tmp_path, first, last)

    assert [*came] == [*range(first, last)]
    assert {seed: one for seed, one in came.items() if one[0] not in ("refused", "predicted")} == {}
    assert {one for one, _ in came.values()} == {"refused", "predicted"}


@pytest.mark.full
def test_so_is_a_harmed_savedmodel(whole, rows, tmp_path):
    copy = shutil.copytree(whole, tmp_path / "exports" / whole.name)
    manifest = json.loads((copy / "zoo.json").read_text())
    manifest["forms"] = [form for form in manifest["forms"] if form["name"] == "savedmodel"]
    (copy / "zoo.json").write_text(json.dumps(manifest))
    (copy / "core.onnx").unlink()
    write_sums(copy)

    came = attacked(copy, rows, tmp_path, 0, 40)

    assert {seed: one for seed, one in came.items() if one[0] not in ("refused", "predicted")} == {}
