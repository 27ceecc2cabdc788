"""Commands and their answers travel whole, whatever they hold, and nonsense is refused."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gemmasearch.serving import door

ENVIRON = {"HOME": "/home/a", "GSEARCH_EMPTY": "", "LC_ALL": "a=b"}


@pytest.mark.parametrize("arguments", [[], ["search"], ["search", "", "ünï\udcff", "a\nb", "--n=1"]])
def test_a_command_is_read_as_it_was_sent(arguments: list[str]) -> None:
    sent = door.command("1.0", arguments, ENVIRON, (True, False))
    assert door.read_command(sent, "1.0") == (arguments, ENVIRON, (True, False))


def test_an_answer_is_read_as_it_was_sent() -> None:
    pieces = [(1, "a\0b\n"), (2, ""), (1, "日本\udcff")]
    assert door.read_answer(door.answer(1, pieces)) == (1, pieces)
    assert door.read_answer(door.answer(0, [])) == (0, [])


@pytest.mark.parametrize(
    "message",
    [b"command\0", b"command\x003\x001.0\x0010", b"command\x003\x001.0\x0010\x00x", b"command\x003\x001.0\x0010\x009\0a",
     b"command\x003\x002.0\x0010\x000", b"command\x009\x001.0\x0010\x000", b"command\x003\x001.0\x001\x000", b"command\0\xff"],
)  # fmt: skip
def test_a_command_of_another_version_or_without_sense_is_refused(message: bytes) -> None:
    with pytest.raises(door.Refused):
        door.read_command(message, "1.0")


def test_a_zero_byte_is_refused_before_it_is_sent() -> None:
    with pytest.raises(door.Refused):
        door.command("1.0", ["search", "a\0b"], {}, (False, False))


@pytest.mark.parametrize(
    "message", [b"", b"{}", b"hello", b"ok", b"ok x", b"ok 0 1", b"no 0", b'{"ok": false}']
)
def test_other_messages_are_no_answer(message: bytes) -> None:
    assert door.read_command(message, "1.0") is None
    assert door.read_answer(message) is None


def test_each_index_has_a_short_address_of_its_own(tmp_path: Path) -> None:
    names = {door.address(str(tmp_path / f"{n}" / "index.db")) for n in range(1000)}
    assert len(names) == 1000
    assert {len(os.path.basename(name)) for name in names} == {len("0123456789abcdef.sock")}


@contextmanager
def asking(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
    """A search that has asked a helper, and the helper's end of the line."""
    runtime = folder / "run"
    (runtime / "gsearch").mkdir(parents=True, mode=0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder)}
    index = str(folder / "index.db")
    with pytest.MonkeyPatch.context() as patch, socket.socket(socket.AF_UNIX) as helper:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        helper.bind(door.address(index))
        helper.listen()
        helper.settimeout(30)
        program = (
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in the background
            "from gemmasearch.__main__ import run; run()"
        )
        command = [sys.executable, "-c", program, "search", "boiler", "--db", index]
        search = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with helper.accept()[0] as connection:
            connection.settimeout(30)
            assert connection.recv(1 << 20)
            yield search, connection


def test_ctrl_c_while_a_helper_keeps_silent_is_no_traceback(tmp_path: Path) -> None:
    """The search that waits for an answer ends as one that works itself: exit code 130, one line."""
    with asking(tmp_path) as (search, _):
        search.send_signal(signal.SIGINT)
        said, told = search.communicate(timeout=30)
    assert (search.returncode, said) == (130, b"")
    assert told.decode().splitlines() == ["gsearch: interrupted"]


def test_a_pipe_that_is_closed_before_a_helper_answers_is_success(tmp_path: Path) -> None:
    with asking(tmp_path) as (search, connection):
        assert search.stdout and search.stderr
        search.stdout.close()
        door.send(connection, door.answer(0, [(1, "a line of hits\n" * 100_000)]))
        assert search.wait(30) == 0
        assert search.stderr.read() == b""
