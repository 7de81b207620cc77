"""Files are whole or absent, pointers point at one thing or the other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from suki.storage import point, replacing, sha256_of, write_text, write_with


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = write_text(tmp_path / "report.txt", "old")

    def half_written(partial: Path) -> None:
        partial.write_text("hal")
        raise RuntimeError("disk trouble")

    with pytest.raises(RuntimeError, match="disk trouble"):
        write_with(path, half_written)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_first_writing_that_fails_leaves_no_file(tmp_path):
    def write() -> None:
        with replacing(tmp_path / "new" / "file") as partial:
            partial.write_text("hal")
            raise RuntimeError("disk trouble")

    with pytest.raises(RuntimeError, match="disk trouble"):
        write()
    assert list((tmp_path / "new").iterdir()) == []


def test_nobody_sees_a_file_before_it_is_whole(tmp_path):
    path = tmp_path / "report.txt"
    with replacing(path) as partial:
        partial.write_text("half")
        assert not path.exists()
        assert partial.name.startswith(".")
        partial.write_text("whole")
    assert path.read_text() == "whole"


def test_a_writer_that_writes_nothing_is_an_error_and_no_empty_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_with(tmp_path / "report.txt", lambda partial: None)
    assert list(tmp_path.iterdir()) == []


def test_two_threads_writing_one_file_do_not_mix(tmp_path):
    texts = [letter * 200_000 for letter in "abcd"]
    threads = [
        threading.Thread(target=write_text, args=(tmp_path / "file", text)) for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "file").read_text() in texts
    assert len(list(tmp_path.iterdir())) == 1


def test_text_is_written_as_utf_8_with_the_line_ends_given(tmp_path):
    path = write_text(tmp_path / "a", "น้ำใจ żółć\n")
    assert path.read_bytes() == "น้ำใจ żółć\n".encode()


def test_a_pointer_is_relative_and_moves_in_one_step(tmp_path):
    for name in ("one", "two"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    pointer = tmp_path / "published" / "latest"
    point(pointer, tmp_path / "runs" / "one")
    assert pointer.resolve() == (tmp_path / "runs" / "one").resolve()
    assert pointer.readlink() == Path("../runs/one")

    seen, stop = set(), threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(pointer.resolve().name if pointer.exists() else "absent")

    watcher = threading.Thread(target=watch)
    watcher.start()
    for turn in range(200):
        point(pointer, tmp_path / "runs" / ("two" if turn % 2 else "one"))
    stop.set()
    watcher.join()
    assert seen <= {"one", "two"}
    assert [p.name for p in pointer.parent.iterdir()] == ["latest"]


def test_a_home_that_is_moved_keeps_its_pointers(tmp_path):
    (tmp_path / "home" / "runs" / "one").mkdir(parents=True)
    point(tmp_path / "home" / "published" / "latest", tmp_path / "home" / "runs" / "one")
    moved = (tmp_path / "home").rename(tmp_path / "elsewhere")
    assert (moved / "published" / "latest").resolve() == (moved / "runs" / "one").resolve()


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "abc") == known
