from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from gemmasearch import readers
from gemmasearch.documents import Problem
from tests.readers.contract import problem


def test_a_fifo_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    os.mkfifo(path)
    assert problem(path).reason == "special"


def test_sockets_devices_folders_and_links_are_special(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("text")
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "sock"))
        for path in (tmp_path / "sock", "/dev/zero", tmp_path, tmp_path / "link.md", tmp_path / "loop"):
            assert problem(path).reason == "special", path


def test_a_file_that_is_gone_or_closed_says_so(tmp_path: Path) -> None:
    assert problem(tmp_path / "none.md").reason == "vanished"
    assert problem(str(tmp_path / "a\0b")).reason == "unreadable"
    assert problem(tmp_path / ("x" * 5000)).reason == "unreadable"
    closed = tmp_path / "closed.md"
    closed.write_text("text")
    closed.chmod(0)
    if os.geteuid():
        assert problem(closed).reason == "unreadable"


@pytest.mark.parametrize("name", ["\udcff\udcfe.md", "new\nline.md", "-rf.md", "x" * 250 + ".md", "🙂.md"])
def test_any_name_a_file_system_can_hold(tmp_path: Path, name: str) -> None:
    path = os.path.join(tmp_path, name)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("text")
    assert [i.text for i in readers.read(path) if not isinstance(i, Problem)] == ["text"]
    eml = path.removesuffix(".md") + ".eml"  # read by a worker: its name crosses the channel
    with open(eml, "w", encoding="utf-8") as stream:
        stream.write("Subject: a\n\nmail")
    assert [i.text for i in readers.read(eml) if not isinstance(i, Problem)] == ["mail"]


def test_a_file_swapped_for_a_fifo_or_a_link_between_look_and_open_never_hangs(tmp_path: Path) -> None:
    path, other = tmp_path / "note.md", tmp_path / "other"
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for make in (
                lambda: other.write_text("text"),
                lambda: os.mkfifo(other),
                lambda: other.symlink_to("/etc/passwd"),
            ):
                make()
                os.replace(other, path)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        seen = {
            getattr(i, "reason", getattr(i, "text", "")) for _ in range(300) for i in readers.read(str(path))
        }
    finally:
        stop.set()
        thread.join()
    assert seen <= {"text", "special", "vanished", "empty"}


def test_a_sparse_terabyte_is_too_large_at_once(tmp_path: Path) -> None:
    path = tmp_path / "big.md"
    with path.open("wb") as stream:
        stream.write(b"text\n" * 4000)
        stream.truncate(1 << 40)
    assert problem(path).reason == "too-large"


def test_a_stream_is_read_in_place_of_the_file(tmp_path: Path) -> None:
    import io

    (found,) = readers.read("memory.md", stream=io.BytesIO(b"# Title\ntext"))
    assert not isinstance(found, Problem) and found.title == "Title"
