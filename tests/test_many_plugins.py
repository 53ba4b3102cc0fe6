"""Many plugins, half of them broken in ten ways: each is listed with its status, and trainings go on beside them."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "many_plugins.py"


def test_each_is_listed_with_its_status_and_a_training_beside_them_ends_well(tmp_path):
    words = ("--good", "30", "--broken", "30", "--repeat", "1", "--output", tmp_path / "results.json")

    done = subprocess.run([sys.executable, SCRIPT, *map(str, words)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("30 good and 30 broken plugins, each listed with its status\n")
    assert json.loads((tmp_path / "results.json").read_text())["broken"] == 30
