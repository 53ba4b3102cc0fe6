"""What is no plain file is refused before it is opened: nothing waits, nothing leads away."""

import os
import socket
from pathlib import Path

import pytest

from modelzoo.artifacts.plain_files import UnfitFileError, digest_of, read_whole, walk


def make_link(path):
    path.symlink_to("/etc/hostname")


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


def make_large(path):
    path.write_bytes(b"12345678901")


KINDS = {
    "is a symbolic link, not a file": make_link,
    "is a folder, not a file": os.mkdir,
    "is a pipe, not a file": os.mkfifo,
    "is a socket, not a file": make_socket,
    "has 11 bytes, more than the 10 it may have": make_large,
    "is missing": lambda path: None,
}


@pytest.mark.parametrize("read", [read_whole, digest_of])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_of_that_size_is_refused(tmp_path, monkeypatch, kind, read):
    monkeypatch.chdir(tmp_path)  # the path of a socket may not be long
    KINDS[kind](Path("it"))

    with pytest.raises(UnfitFileError) as caught:
        read(tmp_path / "it", most=10)

    assert str(caught.value) == kind


@pytest.mark.parametrize("read", [read_whole, digest_of])
def test_a_device_is_refused(read):
    with pytest.raises(UnfitFileError) as caught:
        read(Path(os.devnull), most=10)

    assert str(caught.value) == "is a device, not a file"


def test_all_below_a_folder_is_told_and_no_link_followed(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")

    assert sorted(walk(tmp_path)) == [
        ("inside/file", None),
        ("loop", "is a symbolic link, not a file"),
        ("pipe", "is a pipe, not a file"),
    ]
