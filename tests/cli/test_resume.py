"""``zoo train --resume``: whatever ended a training, it goes on to the same bits."""

import random
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import keras
import numpy as np
import pyarrow as pa
import pytest

import modelzoo
from modelzoo.artifacts.weights import read_weights
from modelzoo.data.files import write

pytestmark = pytest.mark.xdist_group("cli")

ZOO = Path(sys.executable).with_name("zoo")
EPOCHS = 200
"""Enough for a signal to find the training at work."""
LINE = (
    f"train --model linear --data train.csv --target price --epochs {EPOCHS} --batch-size 32 --validation 0.2 "
    "--regularizer dropout --regularizer l1 --checkpoint-every 0"
)
KEPT = "what was learnt is kept. To go on: zoo train --resume run"


@pytest.fixture
def begin(here):
    """Return a starter of ``zoo`` that gives the process once it has told of an epoch, with the lines until then."""
    started = []

    def start(line):
        process = subprocess.Popen([ZOO, *line.split()], cwd=here, stdout=PIPE, stderr=PIPE, text=True)
        started.append(process)
        lines = []
        while not (lines and lines[-1].startswith("epoch")):
            lines.append(process.stderr.readline())
            assert lines[-1], lines
        return process, lines

    yield start
    for process in started:
        process.kill()
        process.communicate()


def end(process, number):
    """Send a signal; return the exit code and the last lines of standard error."""
    process.send_signal(number)
    out, err = process.communicate()
    assert out == ""
    assert "Traceback" not in err
    return process.returncode, err.splitlines()[-2:]


def same_run(one, other):
    """Whether two runs hold the same weights and history."""
    first, second = read_weights(one), read_weights(other)
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    return (one / "history.json").read_text() == (other / "history.json").read_text()


@pytest.mark.full
def test_signals_and_a_kill_change_nothing_in_the_end(zoo, begin, here):
    assert zoo(f"{LINE} --checkpoint-every 30 --out whole").code == 0

    process, _ = begin(f"{LINE} --out run")
    process.send_signal(signal.SIGSTOP)
    assert zoo("train --resume run").err.splitlines()[-1] == (
        f"Error: {here}/run.unfinished: another process is training there now"
    )
    process.send_signal(signal.SIGCONT)
    code, told = end(process, signal.SIGTERM)
    assert code == 143
    assert re.fullmatch(r"Error: stopped in epoch \d+", told[0])
    assert told[1] == KEPT
    assert not (here / "run").exists()
    assert zoo("evaluate run --data train.csv").err == (
        "Error: there is no run in run: run.json is not there; its training was interrupted: zoo train --resume run\n"
    )

    process, lines = begin("train --resume run")
    assert re.match(r"going on in epoch \d+, \d+ rows into it\n", lines[1])
    assert end(process, signal.SIGKILL)[0] == -signal.SIGKILL

    process, _ = begin("train --resume run")
    code, told = end(process, signal.SIGINT)
    assert code == 130
    assert told[1] == KEPT

    said = zoo("train --resume run")
    assert (said.code, said.out.splitlines()[-1]) == (0, "run written to run")
    assert same_run(here / "run", here / "whole")
    assert sorted(path.name for path in here.iterdir()) == ["new.jsonl", "run", "train.csv", "whole"]
    assert zoo("train --resume run").out == "run is finished: there is nothing to go on with\n"


def test_where_nothing_began_nothing_goes_on(refusal):
    assert refusal("train --resume run") == (
        "there is no training to go on with: run.unfinished/train.toml is not there"
    )


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ("--epochs 3", "--epochs"),
        ("--set hidden=[4] --regularizer l2 --overwrite", "--overwrite, --set, --regularizer"),
        ("--config train.toml --out other", "--config, --out"),
        ("--checkpoint-every 0", "--checkpoint-every"),
    ],
)
def test_it_takes_no_other_option(refusal, options, names):
    assert refusal(f"train --resume run {options}").splitlines()[-1] == (
        f"--resume goes on with a training as it was: leave out {names}"
    )


class Stop(keras.callbacks.Callback):
    """End a training after its first epoch."""

    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt


def test_rows_in_memory_must_be_given_again(refusal, here, diamonds):
    with pytest.raises(KeyboardInterrupt) as caught:
        modelzoo.build("linear").fit(
            diamonds, target="price", epochs=2, out="run", checkpoint_every=0, callbacks=[Stop()], verbose=0
        )

    assert caught.value.__notes__ == ["what was learnt is kept. To go on: fit with the same arguments and resume=True"]
    assert refusal("train --resume run") == (
        "run was trained on rows in memory: call fit again with the same arguments and resume=True"
    )


def test_an_interrupted_training_is_not_begun_anew_unasked(refusal, here):
    (here / "run.unfinished").mkdir()
    (here / "run.unfinished/checkpoint.npz").write_bytes(b"")

    assert refusal(f"{LINE} --out run") == (
        "run.unfinished holds a training that was interrupted: go on with it (resume=True, zoo train --resume run), "
        "or begin anew (overwrite=True, --overwrite)"
    )


@pytest.mark.full
def test_kills_at_random_moments_change_nothing_in_the_end(here, diamonds):
    write(pa.concat_tables([diamonds] * 600), here / "many.parquet")
    line = shlex.split(
        "train --model wide_deep --data many.parquet --target price --epochs 8 --batch-size 256 --memory 4MB "
        "--regularizer dropout --regularizer early_stopping:patience=3 --regularizer l1 --checkpoint-every 0.1"
    )
    subprocess.run([ZOO, *line, "--out", "whole"], cwd=here, check=True, capture_output=True)
    draw = random.Random(11)
    kills = 0
    while kills < 6:
        going_on = (here / "run.unfinished/train.toml").exists()
        command = ["train", "--resume", "run"] if going_on else [*line, "--out", "run"]
        process = subprocess.Popen([ZOO, *command], cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            code = process.wait(draw.uniform(3, 16))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        else:
            assert code == 0
            break
    if not (here / "run").exists():
        subprocess.run([ZOO, "train", "--resume", "run"], cwd=here, check=True, capture_output=True)

    assert kills > 0
    assert same_run(here / "run", here / "whole")
