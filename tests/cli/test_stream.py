"""``zoo train --memory``: rows are streamed, the run repeats itself, and faults are told as any other."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from modelzoo import load
from modelzoo.artifacts.weights import read_weights
from modelzoo.data.files import write

pytestmark = pytest.mark.xdist_group("cli")

LINE = "train --model linear --data many.csv --target price --epochs 2 --batch-size 512 --memory 1MB"
STREAMED = "30,000 rows, about 2.4 MB encoded, are streamed: memory = 1 MB"


@pytest.fixture
def many(here, diamonds):
    """A file of 30,000 rows in the working folder."""
    write(pa.concat_tables([diamonds] * 100), here / "many.csv")
    return here / "many.csv"


@pytest.mark.usefixtures("many")
def test_the_stored_toml_repeats_a_streamed_training_to_the_bit_in_another_process(zoo, here):
    said = zoo(f"{LINE} --out first")

    assert said.code == 0
    assert STREAMED in said.err.splitlines()
    assert STREAMED in load(here / "first").fitted.facts.notes
    again = [Path(sys.executable).with_name("zoo"), "train", "--config", "first/train.toml", "--out", "second"]
    subprocess.run(again, cwd=here, check=True, capture_output=True)
    assert (here / "second/train.toml").read_text() == (here / "first/train.toml").read_text()
    first, second = read_weights(here / "first"), read_weights(here / "second")
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_ragged_line_in_the_middle_is_told_and_no_run_is_left(refusal, here, many):
    lines = many.read_text().splitlines(keepends=True)
    lines[20_000] = "1,2,3\n"
    many.write_text("".join(lines))

    assert "many.csv" in (message := refusal(f"{LINE} --out run"))
    assert "20,001" in message or "20001" in message
    assert not (here / "run").exists()


def test_text_among_numbers_is_told_with_its_row(refusal, many):
    lines = many.read_text().splitlines(keepends=True)
    place = lines[0].replace('"', "").strip().split(",").index("carat")
    fields = lines[20_000].split(",")
    lines[20_000] = ",".join([*fields[:place], "heavy", *fields[place + 1 :]])
    many.write_text("".join(lines))

    assert refusal(f"{LINE} --out run") == (
        "the data cannot be used:\n"
        "  carat: a number belongs here. Received: row 20000: 'heavy'. "
        "Mend or empty these values, or leave out the column (drop=['carat'], --drop carat)"
    )


@pytest.mark.parametrize("memory", ["lots", "0"])
def test_memory_that_is_no_amount(refusal, memory):
    assert f"Received: '{memory}'" in refusal(f"{LINE} --memory {memory} --out run")
