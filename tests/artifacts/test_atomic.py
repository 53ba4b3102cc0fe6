"""A folder is written whole or not at all, and nothing foreign is overwritten."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from modelzoo_registry import ArtifactExistsError

import modelzoo
from modelzoo.artifacts import exchange as exchange_module
from modelzoo.artifacts.atomic import check_free, staged
from modelzoo.artifacts.exchange import exchange

TAKEN = "{} exists: choose another place, or overwrite it (overwrite=True, --overwrite)"
FOREIGN = "{} exists and is not one of ours (no run.json in it): choose another place"

SAVING = """
import sys
import modelzoo
model = modelzoo.load(sys.argv[1])
while True:
    model.save(sys.argv[2], overwrite=True)
    print("saved", flush=True)
"""


def write(target, content, *, overwrite=False):
    with staged(target, overwrite=overwrite, marker="mark") as stage:
        (stage / "mark").write_text(content)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_run_that_stands_there_is_kept(run, trained):
    with pytest.raises(ArtifactExistsError) as caught:
        trained[0].save(run)

    assert str(caught.value) == TAKEN.format(run)


def test_a_run_is_replaced_when_asked_for(run, trained):
    (run / "history.json").write_text("old")

    trained[0].save(run, overwrite=True)

    assert modelzoo.load(run).task == "regression"
    assert names(run.parent) == ["run"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_foreign_folder_is_never_overwritten(tmp_path, trained, overwrite):
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter.txt").write_text("years of work")

    with pytest.raises(ArtifactExistsError) as caught:
        trained[0].save(foreign, overwrite=overwrite)

    assert str(caught.value) == FOREIGN.format(foreign)
    assert names(foreign) == ["chapter.txt"]


def test_a_taken_folder_is_refused_before_training(run):
    with pytest.raises(ArtifactExistsError) as caught:
        modelzoo.build("linear").fit({"a": [1, 2], "y": [1, 2]}, target="y", epochs=1_000_000, out=run, verbose=0)

    assert str(caught.value) == TAKEN.format(run)


def test_an_empty_folder_is_free(tmp_path):
    (tmp_path / "out").mkdir()
    check_free(tmp_path / "out", overwrite=False, marker="mark")

    write(tmp_path / "out", "new")

    assert (tmp_path / "out" / "mark").read_text() == "new"


def test_the_current_folder_can_be_written_to(tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")

    write(type(tmp_path)("."), "new")

    assert names(tmp_path / "out") == ["mark"]


def test_a_link_stands_for_where_it_leads(tmp_path):
    write(tmp_path / "first", "old")
    (tmp_path / "latest").symlink_to("first")

    write(tmp_path / "latest", "new", overwrite=True)

    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "first" / "mark").read_text() == "new"


def test_a_failure_leaves_nothing_behind(tmp_path):
    with pytest.raises(ZeroDivisionError), staged(tmp_path / "out", marker="mark") as stage:
        (stage / "mark").write_text(str(1 / 0))

    assert names(tmp_path) == []


def test_what_came_to_the_target_meanwhile_is_not_replaced(tmp_path):
    target = tmp_path / "out"

    late = staged(target, marker="mark")
    (late.__enter__() / "mark").write_text("late")
    write(target, "early")
    with pytest.raises(ArtifactExistsError) as caught:
        late.__exit__(None, None, None)

    assert str(caught.value) == TAKEN.format(target)
    assert (target / "mark").read_text() == "early"
    assert names(tmp_path) == ["out"]


def test_the_mask_of_new_files_counts_for_folders(tmp_path):
    write(tmp_path / "out", "new")
    (tmp_path / "plain").mkdir()

    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_mask_is_left_alone_since_all_threads_share_it(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail(f"umask({mask}) was called"))

    write(tmp_path / "out", "new")


@pytest.mark.parametrize("in_one_step", [True, False])
def test_two_folders_change_places(tmp_path, monkeypatch, in_one_step):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mark").write_text(name)
    if not in_one_step:
        monkeypatch.setattr(exchange_module, "_swapped", lambda one, other: False)

    exchange(tmp_path / "one", tmp_path / "other")

    assert [(tmp_path / name / "mark").read_text() for name in ("one", "other")] == ["other", "one"]
    assert names(tmp_path) == ["one", "other"]


def test_a_folder_that_is_not_there_cannot_change_places(tmp_path):
    (tmp_path / "one").mkdir()

    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "other")


@pytest.mark.full
def test_a_crash_while_saving_leaves_a_run_that_can_be_loaded(run, trained):
    model, rows, _ = trained
    command = [sys.executable, "-c", SAVING, str(run), str(run)]
    for saved in (1, 6):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with child:
            for _ in range(saved):
                assert child.stdout.readline() == b"saved\n"
            os.kill(child.pid, signal.SIGKILL)

        np.testing.assert_array_equal(modelzoo.load(run).predict(rows), model.predict(rows))

    assert all(name == "run" or name.startswith(".run.") for name in names(run.parent))
