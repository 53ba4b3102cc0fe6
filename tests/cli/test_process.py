"""What only a fresh process shows: exit codes, silence, pipes, and what is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import TRAIN

ZOO = Path(sys.executable).with_name("zoo")
HEAVY = ["tensorflow", "keras", "numpy", "pyarrow", "pandas"]


def zoo(*words, cwd, **more):
    return subprocess.run([ZOO, *words], cwd=cwd, capture_output=True, text=True, check=False, **more)


@pytest.mark.parametrize("words", [["list"], ["list", "--kind", "activations"]])
def test_listing_imports_nothing_heavy(outside, words):
    """The built-in plugins included, loaded one and all."""
    assert outside.answer(
        f"""
        import json, sys
        from modelzoo.cli.group import run
        assert run({words}) == 0
        print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
        """
    ) == []  # fmt: skip


def test_a_refused_training_imports_nothing_heavy(outside):
    assert outside.answer(
        f"""
        import json, sys
        from modelzoo.cli.group import run
        assert run(["train", "--data", "a.csv", "--target", "b", "--out", "c", "--epochs", "0"]) == 2
        print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
        """
    ) == []  # fmt: skip


def test_data_is_refused_without_tensorflow(outside):
    (outside.folder / "a.csv").write_text("carat,price\n1,5\n2,5\n")

    assert outside.answer(
        """
        import json, sys
        from modelzoo.cli.group import run
        assert run(["train", "--data", "a.csv", "--target", "price", "--out", "c", "--validation", "0"]) == 2
        print(json.dumps([name for name in ("tensorflow", "keras") if name in sys.modules]))
        """
    ) == []  # fmt: skip


def test_a_run_is_shown_and_drawn_without_tensorflow(outside, beside):
    assert outside.answer(
        """
        import json, sys
        from modelzoo.cli.group import run
        assert run(["show", sys.argv[1]]) == run(["plot", sys.argv[1], "--out", "m.svg"]) == 0
        print(json.dumps([name for name in ("tensorflow", "keras") if name in sys.modules]))
        """,
        beside / "run",
    ) == []  # fmt: skip


class TestExitCodes:
    def test_done_is_0(self, here):
        assert zoo("list", cwd=here).returncode == 0

    @pytest.mark.parametrize("words", [["train"], ["shwo"], ["list", "--knd"], ["predict", "a", "--data", "b.csv"]])
    def test_what_can_be_mended_is_2(self, here, words):
        done = zoo(*words, cwd=here)

        assert (done.returncode, done.stdout) == (2, "")
        assert "Error: " in done.stderr
        assert "Traceback" not in done.stderr

    def test_what_cannot_is_1(self, beside):
        (beside / "run/history.json").write_text("[]")

        done = zoo("evaluate", "run", "--data", "train.csv", cwd=beside)

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "Error: run is damaged; restore it or make it anew:\n  history.json: does not match its checksum\n"
        )


class TestSilence:
    """TensorFlow, absl and XLA say nothing at start-up, whether there is a GPU or not."""

    def test_training_says_what_it_assumed_and_one_line_an_epoch(self, here):
        done = zoo(*TRAIN.split(), "--out", "run", cwd=here)

        assert done.returncode == 0
        assert [line.split()[0] for line in done.stderr.splitlines()] == ["target", "epoch", "epoch"]

    @pytest.mark.parametrize("scorer", ["run", "exports"])
    def test_predicting_from_standard_input_says_nothing(self, beside, scorer):
        done = zoo("predict", scorer, "--data", "-", cwd=beside, input=(beside / "new.jsonl").read_text())

        assert (done.returncode, done.stderr) == (0, "")
        assert [list(json.loads(line)) for line in done.stdout.splitlines()] == [["prediction"]] * 3


def test_a_reader_that_goes_away_is_no_error_to_tell(here):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([ZOO, "list"], cwd=here, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, "")


def test_python_can_run_it_as_a_module(here):
    done = subprocess.run(
        [sys.executable, "-m", "modelzoo.cli", "--version"], cwd=here, capture_output=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, b"zoo, version 0.1.0\n")
