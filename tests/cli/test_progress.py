"""Progress: on a terminal a bar that gives way to the epoch's line, elsewhere that line alone."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from .conftest import TRAIN

pytestmark = pytest.mark.xdist_group("cli")

ZOO = Path(sys.executable).with_name("zoo")
TIME = r"(\d+\.\d|\d+) s"
FIRST = rf"epoch 1/2  {TIME}  [\d.]+k? rows/s  at most {TIME} left"
LAST = rf"epoch 2/2  {TIME}  [\d.]+k? rows/s"
TRAINING = r"loss [\d.e+]+  mae [\d.e+]+  rmse [\d.e+]+"
VALIDATION = r"val_loss [\d.e+]+  val_mae [\d.e+]+  val_rmse [\d.e+]+"


def on_a_terminal(*words, cwd, columns):
    """Run ``zoo`` on a pseudo-terminal, and return its exit code and what was sent there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    running = subprocess.Popen(
        [ZOO, *words], cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment | {"TERM": "xterm"}
    )
    os.close(theirs)
    sent = b""
    try:
        while part := os.read(ours, 65536):
            sent += part
    except OSError:  # how Linux says that the last one on the other side has gone
        pass
    os.close(ours)
    return running.wait(), sent.decode()


def shown(sent):
    """Return the lines that stand on the screen in the end: what follows a carriage return overwrites the line."""
    screen = []
    for line in re.sub(r"\x1b\[[\d;]*m", "", sent).replace("\r\n", "\n").split("\n"):
        text = ""
        for part in line.split("\r"):
            text = part + text[len(part) :]
        screen.append(text.rstrip())
    return screen


@pytest.fixture(scope="module", params=[80, 160])
def seen(request, tmp_path_factory, diamonds):
    """What a training sends to a terminal so wide, and the width."""
    from modelzoo.data.files import write

    folder = tmp_path_factory.mktemp("terminal")
    write(diamonds, folder / "train.csv")
    code, sent = on_a_terminal(*TRAIN.split(), "--out", "run", cwd=folder, columns=request.param)
    assert code == 0, sent
    return sent, request.param


def test_each_epoch_leaves_its_numbers_on_the_screen_and_no_bar(seen):
    sent, columns = seen
    note, *rest = shown(sent)
    told = " ".join(rest).partition(" run written to ")[0]

    assert note.startswith("target 'price': numbers with ")
    assert re.match(rf"{FIRST} +{TRAINING} +{VALIDATION} +{LAST} +{TRAINING} +{VALIDATION}", told)
    if columns == 160:
        assert re.fullmatch(f"{FIRST}  {TRAINING}  {VALIDATION}", rest[0])
    assert not any("%|" in line for line in shown(sent))


def test_nothing_sent_is_wider_than_the_terminal(seen):
    sent, columns = seen

    assert max(map(len, re.split(r"[\r\n]+", sent))) <= columns


def test_a_bar_with_rows_and_loss_moves_while_an_epoch_runs(seen):
    sent, _ = seen
    bars = [part for part in re.split(r"[\r\n]+", sent) if "%|" in part]

    assert {bar.split(":")[0] for bar in bars} == {"epoch 1/2", "epoch 2/2"}
    assert all(re.search(r"\d+(\.\d+)?/270 \[", bar) for bar in bars)
    assert any(re.search(r"\[\d\d:\d\d<\d\d:\d\d, .* rows/s, loss=[\d.]+\]", bar) for bar in bars)


def test_an_interrupted_epoch_leaves_no_bar_behind(tmp_path, diamonds):
    """The error's line starts at the left edge."""
    from modelzoo.data.files import write

    write(diamonds, tmp_path / "train.csv")
    line = "train --model linear --data train.csv --target price --optimizer sgd --learning-rate 1000 --out run"
    code, sent = on_a_terminal(*line.split(), cwd=tmp_path, columns=80)

    assert code == 1
    screen = shown(sent)
    assert not any("%|" in line for line in screen)
    assert any(line.startswith("Error: epoch ") for line in screen)


def test_the_list_is_wrapped_on_a_terminal(tmp_path):
    code, sent = on_a_terminal("list", cwd=tmp_path, columns=80)

    assert code == 0
    assert max(map(len, shown(sent))) <= 80
    assert "…" not in sent
