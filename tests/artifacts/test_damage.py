"""A damaged run is refused, and the damaged file named."""

import numpy as np
import pytest
from modelzoo_registry import DamagedArtifactError

import modelzoo
from modelzoo.artifacts.checksums import write_sums

from ..conftest import cut, flip

FILES = ["history.json", "run.json", "train.toml", "weights.npz"]


def refusal(folder):
    with pytest.raises(DamagedArtifactError) as caught:
        modelzoo.load(folder)
    return str(caught.value)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", [flip, cut])
def test_a_changed_file_is_named(run, name, harm):
    harm(run / name)

    assert refusal(run) == f"{run} is damaged; restore it or make it anew:\n  {name}: does not match its checksum"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(run, name):
    (run / name).unlink()

    assert refusal(run) == f"{run} is damaged; restore it or make it anew:\n  {name}: is missing"


def test_all_damaged_files_are_named_at_once(run):
    flip(run / "weights.npz")
    (run / "history.json").unlink()

    assert refusal(run) == (
        f"{run} is damaged; restore it or make it anew:\n"
        "  history.json: is missing\n"
        "  weights.npz: does not match its checksum"
    )


def test_missing_checksums_are_named(run):
    (run / "SHA256SUMS").unlink()

    assert refusal(run) == f"{run} is damaged; restore it or make it anew:\n  SHA256SUMS: is missing"


def test_checksums_of_another_form_are_refused(run):
    (run / "SHA256SUMS").write_text("run.json\n" + "0" * 64 + "  ../run.json\n")

    assert refusal(run) == (
        f"{run} is damaged; restore it or make it anew:\n"
        "  SHA256SUMS, line 1: is not a digest and a file\n"
        "  SHA256SUMS, line 2: names '../run.json', which is no plain path below the folder"
    )


def test_checksums_that_were_cut_off_are_noticed(run):
    (run / "SHA256SUMS").write_text("")

    assert refusal(run) == (
        f"{run} is damaged; restore it or make it anew:\n"
        "  SHA256SUMS: does not list run.json\n"
        "  SHA256SUMS: does not list history.json\n"
        "  SHA256SUMS: does not list weights.npz"
    )


def test_a_run_of_a_later_format_is_refused(run):
    text = (run / "run.json").read_text()
    (run / "run.json").write_text(text.replace('"format": 2', '"format": 3'))
    write_sums(run)

    assert refusal(run) == f"{run / 'run.json'} has format 3; this modelzoo reads up to 2: install a newer modelzoo"


def test_weights_of_another_model_are_refused(run):
    with np.load(run / "weights.npz") as archive:
        arrays = dict(archive)
    first = next(iter(arrays))
    np.savez(run / "weights.npz", **{**arrays, first: np.zeros((1, 1), np.float32)})
    write_sums(run)

    assert refusal(run).startswith(f"{run / 'weights.npz'} does not fit the model its plugins build now")


def test_pickled_weights_are_never_read(run):
    np.savez(run / "weights.npz", weights=np.asarray([object()]))
    write_sums(run)

    assert refusal(run) == (
        f"{run / 'weights.npz'} cannot be read: Object arrays cannot be loaded when allow_pickle=False"
    )


def test_a_record_that_cannot_be_understood_is_told(run):
    (run / "run.json").write_text("{}")
    write_sums(run)

    assert refusal(run) == f"{run / 'run.json'} does not say its format, a whole number. Received: None"


def test_weights_that_would_become_larger_than_their_file_are_refused(run):
    np.savez_compressed(run / "weights.npz", weights=np.zeros(10_000))
    write_sums(run)

    assert refusal(run) == (
        f"{run / 'weights.npz'} cannot be read: its parts are compressed, which those of a run are not"
    )
