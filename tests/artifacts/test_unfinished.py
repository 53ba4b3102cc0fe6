"""The folder of a training that is under way: one process at a time, and what was learnt is not lost."""

from pathlib import Path

import pytest
from modelzoo_registry import ArtifactExistsError, ArtifactNotFoundError, DamagedArtifactError, SpecError

from modelzoo.artifacts.checkpoint import CHECKPOINT, write_checkpoint
from modelzoo.artifacts.unfinished import can_go_on, check_begun, under_way, unfinished_folder
from modelzoo.resume import check_out

MARKER = "run.json"
REMEDY = "To go on: do this"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "run"


def training(target, *, overwrite=False, resume=False):
    return under_way(target, overwrite=overwrite, resume=resume, remedy=REMEDY, marker=MARKER)


def train(target, error, *, checkpoint=True, **settings):
    """Train until an error comes."""
    with training(target, **settings) as folder:
        (folder / "train.toml").write_text("asked for")
        if checkpoint:
            write_checkpoint(folder, {"place": [1, 1]}, {})
        raise error


def interrupt(target, *, error=KeyboardInterrupt, **settings):
    """Leave what a training leaves that ends with an error; return the notes on it."""
    with pytest.raises(error) as caught:
        train(target, error, **settings)
    return getattr(caught.value, "__notes__", [])


def finish(target, content="new", **settings):
    with training(target, **settings) as folder:
        (folder / MARKER).write_text(content)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_becomes_the_run_without_its_checkpoint(target):
    with training(target) as folder:
        assert folder == unfinished_folder(target) == target.with_name("run.unfinished")
        (folder / MARKER).write_text("learnt")
        write_checkpoint(folder, {}, {})
        (folder / f".{CHECKPOINT}").write_bytes(b"half of the next one")

    assert names(target.parent) == ["run"]
    assert names(target) == [MARKER]


def test_folders_above_it_are_made(tmp_path):
    finish(tmp_path / "a" / "b" / "run")

    assert names(tmp_path / "a" / "b") == ["run"]


def test_a_failure_before_the_first_checkpoint_leaves_nothing(target):
    assert interrupt(target, checkpoint=False) == []

    assert names(target.parent) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError, SystemExit])
def test_a_failure_after_it_leaves_it_and_says_how_to_go_on(target, error):
    assert interrupt(target, error=error) == [f"what was learnt is kept. {REMEDY}"]

    assert names(target.parent) == ["run.unfinished"]
    assert can_go_on(target, marker=MARKER)


@pytest.mark.parametrize("error", [SpecError("other settings"), DamagedArtifactError("the checkpoint is damaged")])
def test_what_says_itself_what_to_do_gets_no_note(target, error):
    interrupt(target)

    with pytest.raises(type(error)) as caught, training(target, resume=True):
        raise error

    assert not hasattr(caught.value, "__notes__")
    assert names(target.parent) == ["run.unfinished"]


def test_going_on_finds_what_was_left(target):
    interrupt(target)

    with training(target, resume=True) as folder:
        assert names(folder) == [CHECKPOINT, "train.toml"]


def test_beginning_anew_finds_nothing_of_it(target):
    interrupt(target)
    unfinished = unfinished_folder(target)
    (unfinished / "logs").mkdir()
    (unfinished / "logs" / "events").write_text("old")
    (unfinished / "link").symlink_to(target.parent)

    with training(target) as folder:
        assert names(folder) == []


def test_a_second_one_is_refused_while_the_first_is_at_it(target):
    with training(target) as folder:
        (folder / MARKER).write_text("first")
        for resume in (False, True):
            with pytest.raises(ArtifactExistsError) as caught, training(target, resume=resume):
                pytest.fail("two at once")
            assert str(caught.value) == f"{folder}: another process is training there now"

    assert (target / MARKER).read_text() == "first"


def test_another_can_follow_one_that_failed(target):
    interrupt(target)
    finish(target, resume=True)

    assert names(target.parent) == ["run"]


def test_a_run_that_stood_there_is_replaced_and_removed(target):
    finish(target, "old")
    finish(target, "new", overwrite=True)

    assert (target / MARKER).read_text() == "new"
    assert names(target.parent) == ["run"]


def test_a_run_that_came_meanwhile_is_kept_and_so_is_what_was_learnt(target):
    late = training(target)
    folder = late.__enter__()
    write_checkpoint(folder, {}, {})
    (folder / MARKER).write_text("late")
    target.mkdir()
    (target / MARKER).write_text("early")

    with pytest.raises(ArtifactExistsError) as caught:
        late.__exit__(None, None, None)

    assert str(caught.value) == f"{target} exists: choose another place, or overwrite it (overwrite=True, --overwrite)"
    assert (target / MARKER).read_text() == "early"
    assert can_go_on(target, marker=MARKER)


def test_what_is_left_of_a_replaced_run_is_no_training(target):
    """As after a loss of power between the change of places and the removal."""
    finish(target)
    left = unfinished_folder(target)
    left.mkdir()
    (left / MARKER).write_text("replaced")

    assert not can_go_on(target, marker=MARKER)


def test_one_that_ended_just_before_it_took_its_place_can_go_on(target):
    unfinished_folder(target).mkdir()
    (unfinished_folder(target) / MARKER).write_text("written, not yet moved")

    assert can_go_on(target, marker=MARKER)


def test_one_that_was_killed_before_its_first_checkpoint_begins_again(target):
    unfinished_folder(target).mkdir()
    (unfinished_folder(target) / "train.toml").write_text("asked for")

    assert can_go_on(target, marker=MARKER)
    check_begun(target, overwrite=False)


def test_a_link_stands_for_where_it_leads(target):
    finish(target, "old")
    latest = target.with_name("latest")
    latest.symlink_to("run")

    interrupt(latest, overwrite=True)
    assert names(target.parent) == ["latest", "run", "run.unfinished"]
    assert can_go_on(latest, marker=MARKER)
    finish(latest, "new", overwrite=True, resume=True)

    assert latest.is_symlink()
    assert (target / MARKER).read_text() == "new"
    assert names(target.parent) == ["latest", "run"]


def test_a_training_that_was_interrupted_is_not_begun_anew_unasked(target):
    interrupt(target)

    with pytest.raises(ArtifactExistsError) as caught:
        check_begun(target, overwrite=False)

    assert str(caught.value) == (
        f"{unfinished_folder(target)} holds a training that was interrupted: go on with it (resume=True, zoo train "
        f"--resume {target}), or begin anew (overwrite=True, --overwrite)"
    )
    check_begun(target, overwrite=True)


class TestCheckOut:
    """Before any row is read it is known whether a training can begin there, or go on."""

    def test_nothing_can_go_on_without_a_place(self):
        check_out(None, overwrite=False, resume=False)

        with pytest.raises(SpecError) as caught:
            check_out(None, overwrite=False, resume=True)

        assert str(caught.value) == "the training cannot go on:\n  out: give the run that it was to write"

    def test_nothing_can_go_on_where_nothing_began(self, target):
        with pytest.raises(ArtifactNotFoundError) as caught:
            check_out(target, overwrite=False, resume=True)

        assert str(caught.value) == (
            f"there is no training to go on with: {unfinished_folder(target)} is not there, "
            "or holds nothing to go on from"
        )

    @pytest.mark.parametrize("resume", [False, True])
    def test_a_run_that_stands_there_is_not_replaced_unasked(self, target, resume):
        finish(target)

        with pytest.raises(ArtifactExistsError) as caught:
            check_out(target, overwrite=False, resume=resume)

        assert "overwrite it (overwrite=True, --overwrite)" in str(caught.value)

    def test_what_was_interrupted_goes_on_or_is_begun_anew_when_asked(self, target):
        interrupt(target)

        check_out(target, overwrite=False, resume=True)
        check_out(target, overwrite=True, resume=False)
        with pytest.raises(ArtifactExistsError):
            check_out(target, overwrite=False, resume=False)


def test_the_current_folder_can_be_trained_into(tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")

    interrupt(Path())
    assert can_go_on(Path(), marker=MARKER)
    finish(Path("../run/."), resume=True)

    assert names(tmp_path) == ["run"]


def test_the_lock_goes_with_its_holder(target):
    before = len(list(Path("/proc/self/fd").iterdir()))

    interrupt(target)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
